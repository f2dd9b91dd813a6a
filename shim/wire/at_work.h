/* SPDX-License-Identifier: MIT */
/*
 * Who makes steps of handshakes in a pool, and who of them is waited for, so that handshakes end in the order
 * in which they were begun: whoever computes, or has no processor, is; whoever waits for somebody else (a
 * KDC, a ZAP handler, a peer that takes nothing) is for a moment. All with the pool's lock, but for the
 * notes of a thread about itself.
 */
#ifndef SHIM_AT_WORK_H
#define SHIM_AT_WORK_H

#include "shim/wire/connection.h"

struct wire_at_work {
	struct wire_at_work *next; /* who has begun before */
	uint64_t begun;
	uint64_t away;	 /* since when it waits for somebody; 0: it does not */
	uint64_t ticket; /* what is an initiator's for which service; 0: none is needed */
};

/* This thread begins with a connection, or is through with it; `first` is the last that has begun. */
void tap_work_begin(struct wire_at_work **first, const struct wire *wire);
void tap_work_end(struct wire_at_work **first);
/* For how long, in ns, a thread is still given before another one takes what is queued; 0: it may now. */
uint64_t tap_work_is_theirs(const struct wire_at_work *first);
/* For how long this thread has to wait before it sends what it has made, as one that has begun before it is
 * not through, and does not hang; 0: it need not. */
uint64_t tap_work_is_late(void);
/* Around what this thread waits for. */
void tap_work_waits(void);
void tap_work_goes_on(void);

#endif
