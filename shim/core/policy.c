/* SPDX-License-Identifier: MIT */
/*
 * The policies of this process: the one in force, and those that somebody still judges by. Each has a place,
 * which stays what it is and is used again. Who judges counts himself in and then looks whether the place is
 * still the one in force: only then he reads what is in it, so that nobody waits, and nobody has half a
 * policy.
 */
#include "shim/core/policy.h"

#include "policy/image.h"
#include "shim/core/lock.h"
#include "shim/core/text.h"

#include <string.h>
#include <sys/mman.h>

#define PLACES 8 /* more than are in use: a judgement takes microseconds */

bool tap_has_policy;
const char *(*tap_policy_unfit)(const struct pol *policy);

static struct place {
	struct pol pol;
	unsigned readers;
} places[PLACES];
static struct place *current = places;
static uint32_t generation = 1;

const struct pol *tap_policy_take(void)
{
	for (;;) {
		struct place *place = __atomic_load_n(&current, __ATOMIC_SEQ_CST);

		__atomic_add_fetch(&place->readers, 1, __ATOMIC_SEQ_CST);
		if (__builtin_expect(place == __atomic_load_n(&current, __ATOMIC_SEQ_CST), 1))
			return &place->pol;
		__atomic_sub_fetch(&place->readers, 1, __ATOMIC_SEQ_CST);
	}
}

void tap_policy_give(const struct pol *policy)
{
	struct place *place = &places[(const struct place *)policy - places];

	__atomic_sub_fetch(&place->readers, 1, __ATOMIC_SEQ_CST);
}

uint32_t tap_policy_generation(void)
{
	return __atomic_load_n(&generation, __ATOMIC_SEQ_CST);
}

void tap_policy_first(const void *bytes, size_t length, const char *why)
{
	if (bytes)
		pol_open(&places->pol, bytes, length);
	else
		pol_break(&places->pol, why);
	tap_has_policy = true;
}

/* In a child of fork there is nobody who judged in its parent, and what was replaced there nobody has. */
static void forget_parents_readers(void)
{
	static uint32_t lineage;
	const struct place *now = __atomic_load_n(&current, __ATOMIC_SEQ_CST);

	if (lineage == tap_lineage())
		return;
	for (struct place *p = places; lineage && p < places + PLACES; p++)
		if (p != now)
			__atomic_store_n(&p->readers, 0, __ATOMIC_SEQ_CST);
	lineage = tap_lineage();
}

/* Gives back what nobody reads any more. One of those places, or NULL. */
static struct place *free_place(void)
{
	const struct place *now = __atomic_load_n(&current, __ATOMIC_SEQ_CST);
	struct place *found = NULL;

	forget_parents_readers();
	for (struct place *p = places; p < places + PLACES; p++) {
		if (p == now || __atomic_load_n(&p->readers, __ATOMIC_SEQ_CST))
			continue;
		if (p->pol.state == POL_READY)
			munmap((void *)(uintptr_t)p->pol.image, p->pol.image->size);
		p->pol.state = POL_NONE;
		found = p;
	}
	return found;
}

enum tap_replaced tap_policy_replace(const void *image, size_t length, char *why, size_t size)
{
	const char *unfit = NULL;
	struct place *place = free_place();

	if (!place) {
		tap_copy(why, size, "the policies before it are still in use");
		return TAP_NOT_NOW;
	}
	if (pol_open(&place->pol, image, length))
		unfit = place->pol.broken;
	else if (__atomic_load_n(&tap_policy_unfit, __ATOMIC_ACQUIRE))
		unfit = tap_policy_unfit(&place->pol);
	if (unfit) {
		tap_copy(why, size, unfit);
		place->pol.state = POL_NONE; /* the image is the caller's again */
		return TAP_NOT_FIT;
	}
	__atomic_store_n(&current, place, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&generation, 1, __ATOMIC_SEQ_CST);
	free_place();
	return TAP_REPLACED;
}
