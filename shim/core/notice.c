/* SPDX-License-Identifier: MIT */
/* See notice.h. */
#include "shim/core/notice.h"

static uint64_t next; /* 0: nothing */

void (*tap_notice)(void);

void tap_notice_at(uint64_t when)
{
	uint64_t before = __atomic_load_n(&next, __ATOMIC_RELAXED);

	while (when && (!before || when < before) &&
	       !__atomic_compare_exchange_n(&next, &before, when, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* True for one of those who ask. */
bool tap_notice_due(void)
{
	uint64_t when = __atomic_load_n(&next, __ATOMIC_RELAXED);

	return __builtin_expect(when != 0, 0) && tap_coarse_ns() >= when &&
	       __atomic_compare_exchange_n(&next, &when, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}
