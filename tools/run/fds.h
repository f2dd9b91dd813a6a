/* SPDX-License-Identifier: MIT */
/*
 * The descriptors gsstap was started with belong to PROGRAM: a pipe that it closes must be closed, a lock
 * that it gives up must be free, whatever gsstap still waits for.
 */
#ifndef TOOLS_RUN_FDS_H
#define TOOLS_RUN_FDS_H

/* Notes what is open. To be called before anything is opened. */
void run_fds_note(void);

/* After PROGRAM has been forked: closes what was noted, but keeps stderr, and /dev/null at 0 and 1. */
void run_fds_release(void);

#endif
