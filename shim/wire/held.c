/* SPDX-License-Identifier: MIT */
/*
 * See held.h. It is asked by the hooks, without a lock: what is known of an object is never changed, but
 * replaced, when another one lies there. Who asks is in the object that he asks about, so its slots are
 * there.
 */
#include "shim/wire/held.h"

#include "shim/core/spare.h"
#include "shim/loader/newcomers.h"

#include <dlfcn.h>
#include <string.h>

#define OBJECTS 16

static const struct wire_held *objects[OBJECTS];
static struct tap_spares spares = {.size = sizeof(struct wire_held)};

static bool is_gone(const struct wire_held *held)
{
	struct dl_find_object found;

	return _dl_find_object((void *)held->start, &found) ||
	       (uintptr_t)found.dlfo_map_start != held->start || (uintptr_t)found.dlfo_map_end != held->end;
}

bool tap_wire_hold(const struct wire_held *held)
{
	const struct wire_held **place = NULL, *there;
	struct wire_held *kept;

	for (unsigned i = 0; i < OBJECTS; i++) {
		there = objects[i];
		if (there && !memcmp(there, held, sizeof(*held)))
			return true;
		if (there && there->start == held->start)
			place = &objects[i];
		else if (!place && (!there || is_gone(there)))
			place = &objects[i];
	}
	kept = place ? tap_spare_take(&spares) : NULL;
	if (!kept)
		return false;
	*kept = *held;
	/* Who still looks at the one before must not find another in its place: it stays where it is. */
	__atomic_store_n(place, kept, __ATOMIC_RELEASE);
	return true;
}

const struct wire_held *tap_wire_held_by(const void *code)
{
	const struct wire_held *held;

	for (unsigned i = 0; i < OBJECTS; i++) {
		held = __atomic_load_n(&objects[i], __ATOMIC_ACQUIRE);
		if (held && (uintptr_t)code - held->start < held->end - held->start)
			return held;
	}
	return NULL;
}

bool tap_wire_is_whole(const struct wire_held *held)
{
	bool whole = true;

	for (unsigned i = 0; i < held->count; i++) {
		if (__builtin_expect(
			    __atomic_load_n(held->slots[i].slot, __ATOMIC_RELAXED) == held->slots[i].hook, 1))
			continue;
		tap_point_slot(held->slots[i].slot, held->slots[i].hook);
		whole = false;
	}
	return whole;
}
