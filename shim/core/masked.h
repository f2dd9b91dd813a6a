/* SPDX-License-Identifier: MIT */
/*
 * Locks whose holder takes no signal: for what a signal handler may not go without, when it stands above the
 * holder, and what would stay locked when one leaves by longjmp. Two system calls each time, none within
 * another; after tr_confined there are none, and signals come.
 *
 * Never held while waiting for anything: the C library's own signals are held off as well.
 */
#ifndef SHIM_MASKED_H
#define SHIM_MASKED_H

#include "shim/core/lock.h"
#include "trace/signals.h"

struct tap_masked_lock {
	struct tap_lock lock;
	struct tr_held signals; /* of who holds it */
};
/* As tap_lock and tap_unlock. errno is kept. */
bool tap_lock_masked(struct tap_masked_lock *lock);
void tap_unlock_masked(struct tap_masked_lock *lock);

#endif
