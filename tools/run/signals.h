/* SPDX-License-Identifier: MIT */
/*
 * Signals and job control: what is sent to `gsstap run` reaches PROGRAM once.
 *
 * Both share the process group and the terminal, so what the terminal sends PROGRAM has got already; what
 * another process sends to gsstap alone is handed on. No handler is installed: everything comes through a
 * signalfd.
 */
#ifndef TOOLS_RUN_SIGNALS_H
#define TOOLS_RUN_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct run_signals {
	int fd;		   /* signalfd, non-blocking */
	sigset_t original; /* the mask we were started with: PROGRAM's */
	sigset_t ignored;  /* of the ending signals, those that were ignored when we started (nohup) */
};

/* Blocks and collects the signals. Returns 0, or -1 after saying why. */
int run_signals_take(struct run_signals *signals);

struct run_signal_news {
	bool children; /* SIGCHLD came */
	bool ending;   /* TERM, INT, HUP or QUIT came: whoever waits for us wants an end */
};

/* Reads what came; hands on to program (0: it has ended) what it has not got; suspends us when the terminal
 * says so. */
struct run_signal_news run_signals_handle(struct run_signals *signals, pid_t program);

/* PROGRAM was stopped: suspends us too when a shell is waiting to see its foreground job stop, and wakes it
 * after. */
void run_signals_follow_stop(pid_t program, int sig);

/* Ends this process by the same signal, without a core of our own. Returns only where that is impossible (pid
 * 1). */
void run_signals_die(int sig);

#endif
