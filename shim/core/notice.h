/* SPDX-License-Identifier: MIT */
/*
 * Something is to be looked at from some time on, by whoever calls GSSAPI then: nobody has a thread of ours
 * for it. Who calls before that looks at a clock that is no system call, and only where there is something.
 */
#ifndef SHIM_NOTICE_H
#define SHIM_NOTICE_H

#include "shim/core/monotonic.h"

#include <stdbool.h>

/* By tap_coarse_ns; one that comes earlier wins. now 0, where there is no such clock: never. */
void tap_notice_at(uint64_t when);
/* That time has come. Who looks says anew when he wants to be called again. */
extern void (*tap_notice)(void);
bool tap_notice_due(void);

#endif
