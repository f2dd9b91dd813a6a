/* SPDX-License-Identifier: MIT */
/*
 * What is kept for handshakes that are not done: who is not authenticated yet has no claim to much memory,
 * nor have many of them together. What a handshake usually needs is not counted, so that those who take all
 * there is keep nobody else from it.
 */
#include "shim/wire/connection.h"

#define USUAL (16u << 10)    /* bytes of a handshake: so many are taken always, */
#define MOST (1u << 20)	     /* and no more than so many; */
#define ALL_MOST (64u << 20) /* of what is beyond the usual, of all of them */

static size_t unusual;

const char *tap_wire_take_early(struct wire *wire, size_t n)
{
	size_t before = wire->taken;

	wire->taken += n;
	if (wire->taken <= USUAL)
		return NULL;
	n = wire->taken - (before > USUAL ? before : USUAL);
	if (__atomic_add_fetch(&unusual, n, __ATOMIC_RELAXED) > ALL_MOST)
		return "too much is kept for all handshakes together that are not done";
	return wire->taken > MOST
		       ? tap_wire_blame(wire, "the peer says too much before its handshake is done")
		       : NULL;
}

void tap_wire_early_over(struct wire *wire)
{
	if (wire->taken > USUAL)
		__atomic_sub_fetch(&unusual, wire->taken - USUAL, __ATOMIC_RELAXED);
	wire->taken = 0;
}
