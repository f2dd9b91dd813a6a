/* SPDX-License-Identifier: MIT */
/* How the interposer ends: with its process, or when that becomes another program. */
#ifndef SHIM_ENDING_H
#define SHIM_ENDING_H

#include <stdbool.h>

enum tap_end { TAP_END_PROCESS, TAP_END_EXEC };

/* Who has something to tell then. */
enum tap_teller { TAP_TELLS_CONTEXTS, TAP_TELLS_CONNECTIONS, TAP_TELLERS };

/*
 * From now on `tell` is called then, by any thread, while others run, in signal handlers and, before an exec
 * that fails, more than once: it waits for nobody for long, and asks no library.
 */
void tap_at_end(enum tap_teller teller, void (*tell)(enum tap_end end));
bool tap_has_tellers(void);
/* Calls them, but in a child of vfork, whose memory is its parent's, and not where a filter is in force. */
void tap_ends(enum tap_end end);
/* All that was recorded goes to the trace: true, unless that is not to be done here. */
bool tap_finishes(void);
/* Both, when the process leaves. */
void tap_ends_now(void);

#endif
