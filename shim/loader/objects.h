/* SPDX-License-Identifier: MIT */
/*
 * The objects of the process. The loader's list may change as soon as its lock is free, so an object is
 * looked at in one of two ways only: within a walk, which holds that lock, or under a reference of our own.
 * What is kept beyond that are values to compare, never pointers to follow.
 */
#ifndef SHIM_OBJECTS_H
#define SHIM_OBJECTS_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

struct tap_object {
	uintptr_t bias, start, end;
	const ElfW(Dyn) * dynamic; /* tells two objects apart that are loaded at the same time */
	const ElfW(Phdr) * headers;
	unsigned header_count;
	unsigned long long unloaded; /* how many objects were, at the time of the walk */
	const char *path;	     /* as the loader knows it; "" is the program itself */
};

/*
 * Calls back for every object in the order of loading, until that returns true, and returns so. The loader's
 * list is locked meanwhile: nothing in `each` may call the loader, which takes its locks in another order.
 * In a child where that lock is left locked (list_lock.h) the list stays as it is, and is walked without.
 */
bool tap_walk(bool (*each)(const struct tap_object *object, void *data), void *data);

/* How many objects were ever loaded and unloaded: equal numbers, unchanged list. */
struct tap_changes {
	unsigned long long loaded, unloaded;
};
struct tap_changes tap_changes(void);

/* A reference, so that an object stays. Waits for the loader. */
struct tap_hold {
	void *handle;
	const struct link_map *map;
};
bool tap_hold(struct tap_hold *hold, const char *path, const ElfW(Dyn) * dynamic);
void tap_let_go(const struct tap_hold *hold);

#endif
