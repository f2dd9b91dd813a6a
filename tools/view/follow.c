/* SPDX-License-Identifier: MIT */
/*
 * See follow.h. What a trace gains is no event of the kernel's (a store to a mapped file is none), so it is
 * looked for.
 */
#include "tools/view/follow.h"

#include <poll.h>
#include <signal.h>

#define LOOK_EVERY 50 /* ms between two looks at what is followed */
#define LOOKS 20      /* between two calls of look */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static bool is_unread(int fd)
{
	struct pollfd poll_fd = {.fd = fd};

	return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & POLLERR;
}

static int keep(const struct follow *follow)
{
	return follow->file && show_events(follow->show) ? out_file_keep(follow->file) : 0;
}

enum follow_end follow(const struct follow *follow)
{
	struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	for (unsigned i = 1; !interrupted; i++) {
		if (show_poll(follow->show, false))
			return interrupted ? FOLLOW_INTERRUPTED : FOLLOW_FAILED;
		if (keep(follow))
			return FOLLOW_FAILED;
		if (is_unread(follow->out))
			return FOLLOW_UNREAD;
		inputs_wait(follow->inputs, LOOK_EVERY);
		if (follow->look && i % LOOKS == 0 && !follow->look(follow->context))
			return FOLLOW_OVER;
	}
	return FOLLOW_INTERRUPTED;
}
