/* SPDX-License-Identifier: MIT */
/*
 * slow_load PLUGIN: loads tests/plugins/slow_start.c, whose constructor meets a thread that waits for the
 * loader in a look-up. A timer's signals interrupt whatever sleeps in the constructor, and have restarted
 * what can be.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

extern int waiting, loading;
int waiting; /* the thread that is about to */
int loading; /* in the constructor */

static void *look_up(void *unused)
{
	sigset_t all;

	(void)unused;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	while (!__atomic_load_n(&loading, __ATOMIC_ACQUIRE))
		;
	__atomic_store_n(&waiting, gettid(), __ATOMIC_RELEASE);
	return dlsym(RTLD_DEFAULT, "malloc");
}

static void interrupted(int unused)
{
	(void)unused;
}

int main(int argc, char **argv)
{
	struct itimerval often = {{0, 1000}, {0, 1000}}, never = {0};
	struct sigaction action = {.sa_handler = interrupted, .sa_flags = SA_RESTART};
	pthread_t thread;
	void *found = NULL;

	if (argc != 2 || !dlopen(NULL, RTLD_NOW) || pthread_create(&thread, NULL, look_up, NULL))
		return 2;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	if (!dlopen(argv[1], RTLD_NOW))
		return 2;
	setitimer(ITIMER_REAL, &never, NULL);
	pthread_join(thread, &found);
	printf("the other: %s\n", found ? "found" : "nothing");
	return 0;
}
