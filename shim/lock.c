/* SPDX-License-Identifier: MIT */
/*
 * A lock for the shim's small tables. It is held for nanoseconds and never across a call of anybody else's;
 * who cannot get it in time (a signal handler above its holder) goes without. A child takes over what a
 * thread of its parent held.
 */
#include "shim/tap.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint32_t own_pid;

bool tap_lock(struct tap_lock *lock)
{
	uint32_t owner = 0, pid;

	if (__builtin_expect(!own_pid, 0))
		own_pid = (uint32_t)getpid();
	for (int tries = 0; tries < 200; tries++) {
		owner = 0;
		if (__builtin_expect(__atomic_compare_exchange_n(&lock->owner, &owner, own_pid, false,
								 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED),
				     1))
			return true;
		pid = (uint32_t)getpid();
		if (owner != pid && __atomic_compare_exchange_n(&lock->owner, &owner, pid, false,
								__ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
			own_pid = pid;
			return true;
		}
		sched_yield();
	}
	return false;
}

void tap_unlock(struct tap_lock *lock)
{
	__atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
}
