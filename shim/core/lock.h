/* SPDX-License-Identifier: MIT */
/* Locks that a signal handler or a fork cannot make wait for ever, and whose memory this is. */
#ifndef SHIM_LOCK_H
#define SHIM_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct tap_lock {
	uint64_t owner; /* lineage and thread; 0 free */
};
/* False: the caller is a signal handler above the holder. */
bool tap_lock(struct tap_lock *lock);
/* The same, or that it is not to be had without a nap: for who goes without rather than wait. */
bool tap_lock_soon(struct tap_lock *lock);
void tap_unlock(struct tap_lock *lock);
/* What who waits for another thread does between two looks, the first of which come soon after each other. */
void tap_wait_a_little(unsigned tries);
/* This thread holds it already. */
bool tap_has_lock(const struct tap_lock *lock);
/* This thread's id as the C library keeps it, without asking the kernel; a child of fork has its own. */
uint32_t tap_kept_thread_id(void);
/* The process whose memory this is: in a child of vfork, the parent. */
uint32_t tap_process(void);
/*
 * Whose memory it is, as a number that a child of fork never has in common with those that it was forked
 * from. Ids can be: in a namespace of its own (CLONE_NEWPID) a child of process 1 is 1 as well.
 */
uint32_t tap_lineage(void);

#endif
