/* SPDX-License-Identifier: MIT */
/*
 * How long contexts are used (gss.max-context-age). The clock is the kernel's own that nobody sets; looking
 * at it is no system call, but where the kernel has no vDSO.
 */
#ifndef SHIM_AGE_H
#define SHIM_AGE_H

#include "shim/core/monotonic.h"

#include <stdbool.h>

extern bool tap_ages_count; /* some context has had an end */

static inline uint64_t tap_age_clock(void)
{
	uint64_t now = tap_coarse_ns();

	return __builtin_expect(now != 0, 1) ? now : tap_monotonic_ns();
}

/* end 0: there is none. */
static inline bool tap_age_is_reached(uint64_t end)
{
	return end && tap_age_clock() >= end;
}

#endif
