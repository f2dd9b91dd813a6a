/* SPDX-License-Identifier: MIT */
/*
 * Calls that never return: the program jumps out of them (longjmp, an exception), or their thread or process
 * ends. Nothing of ours is run then, so that it is noticed later, by what still stands in struct tap_thread.
 */
#ifndef SHIM_LEFT_H
#define SHIM_LEFT_H

#include "trace/writer.h"

/* A call of this thread stands at this frame, where the outermost wrapper stood or above it: that is gone,
 * and told of where it is near, as in a loop that tries again. Farther off it may be another stack, as
 * coroutines have: then nothing is told. On a signal handler's own stack all stays as it is. */
void tap_jumped(int library, uintptr_t frame);
/* Is there a call of this thread that has not returned? */
bool tap_has_calls(void);
/* This thread ends, or the process on it; goes_on: unless that fails. */
void tap_left_by_thread(void);
void tap_left_by_process(bool goes_on);

/* What more there is to tell of a call of GSSAPI's: fields of its event, and what went with it; the reason is
 * a constant. */
struct tap_left_teller {
	void (*describe)(struct tr_draft *draft);
	void (*tell)(const char *reason);
};
void tap_at_left(const struct tap_left_teller *teller);

#endif
