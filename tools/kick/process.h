/* SPDX-License-Identifier: MIT */
/*
 * Which policy a process runs under, by what the kernel knows of it. It is held while it is looked at, so
 * that another one which gets its id is not taken for it.
 */
#ifndef TOOLS_KICK_PROCESS_H
#define TOOLS_KICK_PROCESS_H

#include "tools/kick/place.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * The policy of a process that has gsstap in it: its path as the process has it, and where that is. Returns
 * 0, or -1 with a sentence in error.
 */
int kick_process_policy(pid_t pid, char path[PATH_MAX], struct kick_place *place, char *error, size_t size);

/* How many processes that may be looked at run under the policy which is this file. */
unsigned kick_process_count(const struct stat *file);

#endif
