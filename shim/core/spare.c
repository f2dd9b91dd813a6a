/* SPDX-License-Identifier: MIT */
/* See spare.h. */
#include "shim/core/spare.h"

#include <string.h>
#include <sys/mman.h>

#define AT_ONCE 64

static void put(struct tap_spares *spares, void *place)
{
	*(void **)place = spares->first;
	spares->first = place;
}

static void make(struct tap_spares *spares)
{
	char *block = mmap(NULL, AT_ONCE * spares->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	for (size_t i = 0; block != MAP_FAILED && i < AT_ONCE; i++)
		put(spares, block + i * spares->size);
}

void *tap_spare_take(struct tap_spares *spares)
{
	void *place;

	if (!tap_lock_masked(&spares->lock))
		return NULL;
	if (!spares->first)
		make(spares);
	place = spares->first;
	if (place)
		spares->first = *(void **)place;
	tap_unlock_masked(&spares->lock);
	if (place)
		memset(place, 0, spares->size);
	return place;
}

void tap_spare_give(struct tap_spares *spares, void *place)
{
	if (!tap_lock_masked(&spares->lock))
		return;
	put(spares, place);
	tap_unlock_masked(&spares->lock);
}
