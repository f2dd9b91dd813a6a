/* SPDX-License-Identifier: MIT */
/*
 * Who of a process tree ran without the shim: trace/roll.h, from the side of gsstap run. What is in the roll
 * was written by the programs that were run, and is not trusted.
 */
#ifndef TOOLS_RUN_ROLL_H
#define TOOLS_RUN_ROLL_H

#include "tools/run/dir.h"
#include "tools/run/found.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Makes the roll beside the hello file. Returns 0, or -1 after saying why. */
int run_roll_make(const struct run_dir *dir);

/* For reading; -1, with errno: there is none. */
int run_roll_open(const struct run_dir *dir);

/* Was a program told of, since *read (0 at first), that will not get the shim? That static ones are not
 * covered, who executes them does not know. */
bool run_roll_news(int roll, uint64_t *read);

struct run_roll_program {
	pid_t pid;
	const char *path;
	struct found *found; /* what was seen without the shim */
	const char *problem; /* why that could not be looked for; NULL: it was */
};

/*
 * When the tree has ended: names on standard error each program that was executed and in which the shim never
 * came up, with the reason; those that were found; and each process with events that no trace tells of.
 * PROGRAM itself was spoken of before and only counts. Returns how many processes ran without the shim, or
 * could not be followed; adds to *lost how many events are nowhere.
 */
size_t run_roll_report(const struct run_dir *dir, const struct run_roll_program *program, uint64_t *lost);

#endif
