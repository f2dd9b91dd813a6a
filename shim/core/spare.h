/* SPDX-License-Identifier: MIT */
/*
 * Places of one size for tables that may not use the host's heap. They come from the kernel, many at a time,
 * and are never given back to it.
 */
#ifndef SHIM_SPARE_H
#define SHIM_SPARE_H

#include "shim/core/masked.h"

#include <stddef.h>

#define TAP_SPARES_AT_HAND 8

struct tap_spares {
	size_t size; /* of a place: a multiple of its alignment, and room for a pointer */
	void *at_hand[TAP_SPARES_AT_HAND]; /* taken and given back without the lock */
	struct tap_masked_lock lock;
	void *first; /* each begins with a pointer to the next */
};

/* A place full of zeros. NULL: there is no memory, or the caller is a signal handler above the holder. */
void *tap_spare_take(struct tap_spares *spares);
void tap_spare_give(struct tap_spares *spares, void *place);

#endif
