/* SPDX-License-Identifier: MIT */
/*
 * What a caller is bound to stays. When the loader binds an object's reference to a library that was loaded
 * later, it keeps that library for as long as the object is there, whoever closes it. References to our names
 * are bound to us instead, so we must keep it.
 */
#include "shim/core/text.h"
#include "shim/loader/callers.h"
#include "shim/loader/elf.h"
#include "shim/loader/loader.h"
#include "shim/loader/objects.h"

#include <dlfcn.h>

#define BINDINGS 64 /* more objects than that, bound so, are as rare as the second one */

bool tap_dlopen_seen;

enum { FREE, CHANGING, HELD };
static struct binding {
	int state;
	const struct tap_caller *caller;
	const ElfW(Dyn) * dynamic; /* of the library */
	struct tap_hold hold;
} bindings[BINDINGS];

struct holder {
	uintptr_t address, start;
	const ElfW(Dyn) * dynamic;
	char path[512];
};

static bool holds(const struct tap_object *o, void *data)
{
	struct holder *h = data;

	if (h->address < o->start || h->address >= o->end)
		return false;
	h->start = o->start;
	h->dynamic = o->dynamic;
	tap_copy(h->path, sizeof(h->path), o->path);
	return true;
}

void tap_bind(const struct tap_caller *caller, const void *function)
{
	struct holder library = {.address = (uintptr_t)function};
	struct tap_hold hold;

	if (!tap_walk(holds, &library) || library.start == caller->start || !*library.path)
		return;
	for (struct binding *b = bindings; b < bindings + BINDINGS; b++)
		if (__atomic_load_n(&b->state, __ATOMIC_ACQUIRE) == HELD && b->caller == caller &&
		    b->dynamic == library.dynamic)
			return;
	if (!tap_hold(&hold, library.path, library.dynamic))
		return;
	for (struct binding *b = bindings; b < bindings + BINDINGS; b++) {
		int state = FREE;

		if (!__atomic_compare_exchange_n(&b->state, &state, CHANGING, false, __ATOMIC_ACQUIRE,
						 __ATOMIC_RELAXED))
			continue;
		b->caller = caller;
		b->dynamic = library.dynamic;
		b->hold = hold;
		__atomic_store_n(&b->state, HELD, __ATOMIC_RELEASE);
		return;
	}
	tap_let_go(&hold);
}

void tap_unbind(void)
{
	for (struct binding *b = bindings; b < bindings + BINDINGS; b++) {
		struct dl_find_object found;
		struct tap_hold hold;
		int state = HELD;

		if (__atomic_load_n(&b->state, __ATOMIC_ACQUIRE) != HELD ||
		    !_dl_find_object((void *)b->caller->start, &found) ||
		    !__atomic_compare_exchange_n(&b->state, &state, CHANGING, false, __ATOMIC_ACQUIRE,
						 __ATOMIC_RELAXED))
			continue;
		hold = b->hold;
		__atomic_store_n(&b->state, FREE, __ATOMIC_RELEASE);
		tap_let_go(&hold);
	}
}
