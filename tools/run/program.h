/* SPDX-License-Identifier: MIT */
/*
 * PROGRAM: found as a shell finds it, and started with the shim in its environment.
 *
 * What PROGRAM gets is what gsstap was given (descriptors, signal dispositions and mask, process group,
 * terminal), and the variables below.
 */
#ifndef TOOLS_RUN_PROGRAM_H
#define TOOLS_RUN_PROGRAM_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The settings the shim reads; NULL leaves what the environment holds. */
struct run_env {
	const char *shim;
	const char *libzmq; /* to be loaded right behind the shim, or NULL */
	const char *trace;
	const char *level;
	const char *calls; /* which are recorded: GSSTAP_CALLS */
	const char *policy;
	const char *hello;
	const char *follow; /* what is executed without the shim gets it back */
};

/* Looks a program up as execvp does. Returns 0 and its path, or the errno (ENOENT, EACCES ...). */
int run_find(const char *name, char *path, size_t size);

/* The file that decides whether path is covered: path itself, or the shell for a script without #!. */
const char *run_judged_file(const char *path);

struct run_child {
	pid_t pid;
	int exec_fd; /* end of file: exec has happened; an int: its errno */
	int go_fd;   /* a byte written to it lets the child go on to exec; -1 when it did not wait */
};

/*
 * Forks a child that execs path. With hold it waits for a byte from go_fd first. mask is the signal mask
 * PROGRAM is to have. Returns 0, or -1 after saying why.
 */
int run_start(struct run_child *child, const char *path, char **argv, const struct run_env *env,
	      const sigset_t *mask, bool hold);

#endif
