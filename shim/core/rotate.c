/* SPDX-License-Identifier: MIT */
/*
 * SIGUSR2 begins the next file of a trace, where that is asked for (GSSTAP_MAX_SIZE=10M,5,USR2) and the
 * program has no use of its own for it: the signal would end it. A handler that the program sets takes the
 * place of ours, which it is then told of, and a program that is executed starts with none.
 */
#include "shim/core/rotate.h"
#include "trace/writer.h"

#include <signal.h>

static void begin_next(int signal)
{
	(void)signal;
	tr_next_file();
}

void tap_rotate_on_signal(void)
{
	struct sigaction now, ours = {.sa_handler = begin_next, .sa_flags = SA_RESTART | SA_ONSTACK};

	if (sigaction(SIGUSR2, NULL, &now) || now.sa_flags & SA_SIGINFO || now.sa_handler != SIG_DFL)
		return;
	sigemptyset(&ours.sa_mask);
	sigaction(SIGUSR2, &ours, NULL);
}
