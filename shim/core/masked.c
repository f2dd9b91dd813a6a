/* SPDX-License-Identifier: MIT */
/* See masked.h. */
#include "shim/core/masked.h"

#include <errno.h>

static __thread unsigned within; /* so many, the outermost of which has signals held off */

bool tap_lock_masked(struct tap_masked_lock *lock)
{
	int saved = errno;
	struct tr_held held = {0};
	bool got;

	if (!within)
		held = tr_hold_signals();
	got = tap_lock(&lock->lock);
	if (got) {
		lock->signals = held;
		within += held.held || within;
	} else {
		tr_let_signals(held);
	}
	errno = saved;
	return got;
}

void tap_unlock_masked(struct tap_masked_lock *lock)
{
	int saved = errno;
	struct tr_held held = lock->signals;

	tap_unlock(&lock->lock);
	within -= within != 0;
	tr_let_signals(held);
	errno = saved;
}
