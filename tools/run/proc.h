/* SPDX-License-Identifier: MIT */
/*
 * One process as /proc shows it, without any hold on it: what runs in it, and whether the shim is there.
 */
#ifndef TOOLS_RUN_PROC_H
#define TOOLS_RUN_PROC_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* From its stat file. Where it may not be looked into, its addresses are 0 and 1. */
struct proc_stat {
	char name[80]; /* as ps shows it: of 15 bytes, for a program */
	char state;
	pid_t parent;
	long threads;
	unsigned long long start; /* with it a pid is one process for ever */
	unsigned long code;	  /* 0: its program is still being mapped */
	unsigned long stack;	  /* where it began: another one with each program, the same after fork */
};

enum proc_shim {
	PROC_COMING, /* it has only begun: its loader may still bring the shim */
	PROC_HERE,
	PROC_WITHOUT,
	PROC_HIDDEN, /* whoever runs this may not look into it */
};

/* proc: the directory /proc, open. False: there is no such process. */
bool proc_stat(int proc, pid_t pid, struct proc_stat *out);
/* The path of its program, and the file. False: it may not be known. */
bool proc_program(int proc, pid_t pid, char path[PATH_MAX], struct stat *file);
enum proc_shim proc_shim(int proc, pid_t pid);
/* Has it other users or groups than this process: does it run with privileges of its own? */
bool proc_is_privileged(int proc, pid_t pid);

#endif
