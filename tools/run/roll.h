/* SPDX-License-Identifier: MIT */
/*
 * Who of a process tree ran without the shim: trace/roll.h, from the side of gsstap run. What is in the roll
 * was written by the programs that were run, and is not trusted.
 */
#ifndef TOOLS_RUN_ROLL_H
#define TOOLS_RUN_ROLL_H

#include "tools/run/dir.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Makes the roll beside the hello file. Returns 0, or -1 after saying why. */
int run_roll_make(const struct run_dir *dir);

/*
 * When the tree has ended: names on standard error each program that was executed and in which the shim never
 * came up, with the reason, and each process with events that no trace tells of. PROGRAM itself was spoken of
 * before and only counts. Returns how many processes ran without the shim, or could not be followed; adds to
 * *lost how many events are nowhere.
 */
size_t run_roll_report(const struct run_dir *dir, pid_t program, uint64_t *lost);

#endif
