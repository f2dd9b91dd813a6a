/* SPDX-License-Identifier: MIT */
/*
 * Signals and job control of a command that runs a program and waits for it: what is sent to gsstap reaches
 * the program once.
 *
 * Both share the process group and the terminal, so what the terminal sends the program has got already; what
 * another process sends to gsstap alone is handed on. No handler is installed: everything comes through a
 * signalfd.
 */
#ifndef TOOLS_BASE_SIGNALS_H
#define TOOLS_BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct signals {
	int fd;			/* signalfd, non-blocking */
	sigset_t original;	/* the mask we were started with: the program's */
	struct sigaction child; /* what was done at SIGCHLD: the program's, too */
	sigset_t ignored;	/* of the ending signals, those that were ignored when we started (nohup) */
};

/* Before the first child: who was started with SIGCHLD ignored would never learn how one ended. */
void signals_expect_children(struct signals *signals);
/* Blocks and collects the signals. Returns 0, or -1 after saying why. */
int signals_take(struct signals *signals);
/* In the child that is to become the program: the mask and dispositions that we were started with. */
int signals_give_back(const struct signals *signals);

struct signal_news {
	bool children; /* SIGCHLD came */
	bool ending;   /* TERM, INT, HUP or QUIT came: whoever waits for us wants an end */
};

/* Reads what came; hands on to program (0: it has ended) what it has not got; suspends us when the terminal
 * says so. */
struct signal_news signals_handle(struct signals *signals, pid_t program);

/* the program was stopped: suspends us too when a shell is waiting to see its foreground job stop, and wakes
 * it after. */
void signals_follow_stop(pid_t program, int sig);

/* Ends this process by the same signal, without a core of our own. Returns only where that is impossible (pid
 * 1). */
void signals_die(int sig);

#endif
