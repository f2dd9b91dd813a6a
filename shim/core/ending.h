/* SPDX-License-Identifier: MIT */
/* How the interposer ends: with its process, or when that becomes another program. */
#ifndef SHIM_ENDING_H
#define SHIM_ENDING_H

#include <stdbool.h>

enum tap_end { TAP_END_PROCESS, TAP_END_EXEC };

/*
 * Who has something to tell then; NULL: nobody. It can be called by any thread, while others run, in signal
 * handlers and, before an exec that fails, more than once: it waits for nobody for long, and asks no library.
 */
extern void (*tap_on_end)(enum tap_end end);
/* Calls it, but in a child of vfork, whose memory is its parent's, and not where a filter is in force. */
void tap_ends(enum tap_end end);

#endif
