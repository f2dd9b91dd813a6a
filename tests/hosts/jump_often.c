/* SPDX-License-Identifier: MIT */
/*
 * jump_often: a timer's handler leaves whatever it interrupts by siglongjmp, thousands of times, out of calls
 * that allocate nothing; then it is stopped, and ten calls of another kind are made, on this thread and on
 * one more.
 */
#include "gss.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

#define JUMPS 3000

static sigjmp_buf back;
static volatile sig_atomic_t jumps, may_jump;

static void jump(int signal)
{
	if (!may_jump)
		return;
	jumps = jumps + 1;
	siglongjmp(back, signal);
}

static void *ten(void *unused)
{
	OM_uint32 minor;

	for (int i = 0; i < 10; i++) {
		gss_name_t name = import("host@localhost");

		gss_release_name(&minor, &name);
	}
	return unused;
}

int main(void)
{
	struct itimerval often = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};
	gss_buffer_desc nothing = GSS_C_EMPTY_BUFFER;
	pthread_t id;
	OM_uint32 minor;

	ten(NULL);
	signal(SIGALRM, jump);
	setitimer(ITIMER_REAL, &often, NULL);
	sigsetjmp(back, 1);
	while (jumps < JUMPS) {
		may_jump = 1;
		gss_release_buffer(&minor, &nothing);
		may_jump = 0;
	}
	setitimer(ITIMER_REAL, &never, NULL);
	gss_release_buffer(&minor, &nothing);
	ten(NULL);
	pthread_create(&id, NULL, ten, NULL);
	pthread_join(id, NULL);
	puts("ended");
	return 0;
}
