/* SPDX-License-Identifier: MIT */
/*
 * A file size limit (ulimit -f) is the program's and its trace's: only the hard one is that of what run needs
 * to start it. What has no room below that is told by symbolic links, which have no size that counts.
 */
#ifndef TOOLS_RUN_ROOM_H
#define TOOLS_RUN_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

/* Lifts the limit of this process to the hard one; *before is for run_room_leave, which puts it back. */
void run_room_enter(struct rlimit *before);
void run_room_leave(const struct rlimit *before);

/* May a file of that many bytes be written? To meet the limit is a signal. */
bool run_room_for(size_t length);

#endif
