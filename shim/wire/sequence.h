/* SPDX-License-Identifier: MIT */
/*
 * Which numbers of a peer's messages have come (RFC 2743, 1.2.3): replays, and what is out of order, as MIT's
 * libgssapi tells them. Numbers are 64 bits wide and wrap; the window is the 64 before the next.
 */
#ifndef SHIM_SEQUENCE_H
#define SHIM_SEQUENCE_H

#include <gssapi/gssapi.h>
#include <stdbool.h>
#include <stdint.h>

struct sequence {
	bool replay, order; /* what was asked for; neither: every number is good */
	uint64_t base;	    /* the first number */
	uint64_t next;	    /* one more than the highest that came, from the first */
	uint64_t came;	    /* bit i: number next - 1 - i */
};

/* After `received` messages, which came in order. */
void tap_sequence_begin(struct sequence *s, uint64_t first, uint64_t received, OM_uint32 flags);
/* GSS_S_COMPLETE, or one of GSS_S_DUPLICATE_TOKEN, OLD_TOKEN, UNSEQ_TOKEN, GAP_TOKEN. */
OM_uint32 tap_sequence_check(struct sequence *s, uint64_t number);

#endif
