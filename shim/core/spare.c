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

/* A lock that holds signals off is two system calls; most places come and go by here. */
static void *take_at_hand(struct tap_spares *spares)
{
	void *place = NULL;

	for (size_t i = 0; !place && i < TAP_SPARES_AT_HAND; i++)
		if (__atomic_load_n(&spares->at_hand[i], __ATOMIC_RELAXED))
			place = __atomic_exchange_n(&spares->at_hand[i], NULL, __ATOMIC_ACQUIRE);
	return place;
}

static bool put_at_hand(struct tap_spares *spares, void *place)
{
	for (size_t i = 0; i < TAP_SPARES_AT_HAND; i++) {
		void *none = NULL;

		if (!__atomic_load_n(&spares->at_hand[i], __ATOMIC_RELAXED) &&
		    __atomic_compare_exchange_n(&spares->at_hand[i], &none, place, false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

static void *take_stored(struct tap_spares *spares)
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
	return place;
}

void *tap_spare_take(struct tap_spares *spares)
{
	void *place = take_at_hand(spares);

	if (!place)
		place = take_stored(spares);
	if (place)
		memset(place, 0, spares->size);
	return place;
}

void tap_spare_give(struct tap_spares *spares, void *place)
{
	if (put_at_hand(spares, place) || !tap_lock_masked(&spares->lock))
		return;
	put(spares, place);
	tap_unlock_masked(&spares->lock);
}
