/* SPDX-License-Identifier: MIT */
/*
 * The traces that are being written now, found by the files that processes have open: nobody needs to be told
 * of them. Those of processes that the user may not look into are not found, nor are those that `gsstap run`
 * prints itself and gives the space of back.
 */
#ifndef TOOLS_EXTCAP_RUNNING_H
#define TOOLS_EXTCAP_RUNNING_H

#include <sys/types.h>

/* Calls found for each trace that a process has open to write to: of all processes in the order of /proc,
 * or, pid not 0, of one. A process and a child of it can have the same one. */
void running_traces(pid_t pid, void (*found)(void *context, pid_t pid, const char *path), void *context);

#endif
