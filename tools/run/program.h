/* SPDX-License-Identifier: MIT */
/*
 * PROGRAM, started with the shim in its environment.
 *
 * What PROGRAM gets is what gsstap was given (descriptors, signal dispositions and mask, process group,
 * terminal), and the variables below.
 */
#ifndef TOOLS_RUN_PROGRAM_H
#define TOOLS_RUN_PROGRAM_H

#include "tools/base/signals.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The settings the shim reads; NULL leaves what the environment holds. */
struct run_env {
	const char *shim;
	const char *trace;
	const char *level;
	const char *calls;	/* which are recorded: GSSTAP_CALLS */
	const char *krb5_trace; /* libkrb5's lines as well */
	const char *policy;
	const char *hello;
	const char *follow; /* what is executed without the shim gets it back */
};

/* The file that decides whether path is covered: path itself, or the shell for a script without #!. */
const char *run_judged_file(const char *path);

struct run_child {
	pid_t pid;
	int exec_fd; /* end of file: exec has happened; an int: its errno */
	int go_fd;   /* a byte written to it lets the child go on to exec; -1 when it did not wait */
};

/*
 * Forks a child that execs path. With hold it waits for a byte from go_fd first. PROGRAM gets
 * the signals as they were taken from us. Returns 0, or -1 after saying why.
 */
int run_start(struct run_child *child, const char *path, char **argv, const struct run_env *env,
	      const struct signals *signals, bool hold);

#endif
