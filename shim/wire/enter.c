/* SPDX-License-Identifier: MIT */
/*
 * A library is entered when all places in which it keeps the addresses of the functions that slots.c has
 * hooks for were pointed at them, and were looked at again. It is not where a byte might pass beside them.
 */
#include "shim/wire/slots.h"

#include "shim/core/ending.h"
#include "shim/core/tap.h"
#include "shim/loader/elf.h"
#include "shim/loader/newcomers.h"
#include "shim/wire/connection.h"
#include "shim/wire/held.h"
#include "shim/wire/wire.h"
#include "trace/unconst.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#define PLACES 8 /* a call through the procedure linkage table, and pointers */

/* Other ways for bytes to leave by a stream: a libzmq that has one of them may use it. */
static const char *const others[] = {"sendmsg",	  "sendmmsg",	     "writev",	  "pwritev",	"pwritev2",
				     "pwritev64", "pwritev64v2",     "sendfile",  "sendfile64", "splice",
				     "vmsplice",  "io_uring_submit", "__send",	  "__write",	"recvmsg",
				     "recvmmsg",  "readv",	     "__recv_chk"};

/* All places where the library keeps a function's address. False: a call of it might pass beside us. */
static bool point_all(const struct link_map *map, const char *name, void *hook, unsigned *count,
		      struct wire_held *held)
{
	void **slots[PLACES];

	*count = tap_elf_slots(map->l_addr, map->l_ld, name, slots, PLACES);
	if (*count > PLACES || held->count + *count > sizeof(held->slots) / sizeof(held->slots[0]))
		return false;
	for (unsigned i = 0; i < *count; i++) {
		tap_point_slot(slots[i], hook);
		/* As it is now, not as it was meant to be. */
		if (__atomic_load_n(slots[i], __ATOMIC_RELAXED) != hook)
			return false;
		held->slots[held->count].slot = slots[i];
		held->slots[held->count++].hook = hook;
	}
	return true;
}

static bool (*is_others)(const ElfW(Dyn) * dynamic);
static const struct tap_hook *others_hooks;

void tap_wire_hook_more(bool (*is_theirs)(const ElfW(Dyn) * dynamic), const struct tap_hook *more)
{
	others_hooks = more;
	__atomic_store_n(&is_others, is_theirs, __ATOMIC_RELEASE);
}

static bool point(const struct link_map *map, const struct tap_hook *hook, struct wire_held *held,
		  char *reason, size_t size, unsigned *accepts)
{
	unsigned count;

	if (!point_all(map, hook->name, hook->hook, &count, held) || (hook->needed && !count)) {
		tap_copy(reason, size, "this libzmq cannot be entered: its calls of ");
		tap_append(reason, size, hook->name);
		tap_append(reason, size, " do not come here");
		return false;
	}
	*accepts += strncmp(hook->name, "accept", 6) ? 0 : count;
	return true;
}

static bool has_other_ways(const struct link_map *map, char *reason, size_t size)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!tap_elf_slot(map->l_addr, map->l_ld, others[i]))
			continue;
		tap_copy(reason, size, "this libzmq has a way for messages that is not known here: ");
		tap_append(reason, size, others[i]);
		return true;
	}
	return false;
}

static bool is_among(const struct tap_hook *hook, const char *name)
{
	while (hook->name && strcmp(hook->name, name))
		hook++;
	return hook->name;
}

static bool enter(const struct link_map *map, struct wire_held *held, char *reason, size_t size)
{
	static const struct tap_hook none[1];
	bool (*asks)(const ElfW(Dyn) *) = __atomic_load_n(&is_others, __ATOMIC_ACQUIRE);
	const struct tap_hook *instead = asks && asks(map->l_ld) ? others_hooks : none;
	unsigned accepts = 0;

	held->mixed = instead != none;
	for (const struct tap_hook *h = tap_wire_hooks; h->name; h++)
		if (!is_among(instead, h->name) && !point(map, h, held, reason, size, &accepts))
			return false;
	for (const struct tap_hook *h = instead; h->name; h++)
		if (!point(map, h, held, reason, size, &accepts))
			return false;
	if (instead == none && has_other_ways(map, reason, size))
		return false;
	if (!accepts)
		tap_copy(reason, size, "this libzmq cannot be entered: it accepts no connections");
	else if (!tap_wire_hold(held))
		tap_copy(reason, size, "this libzmq cannot be entered: there are too many of them");
	else
		return true;
	return false;
}

bool tap_wire_enter(const void *zmq_function, char *reason, size_t size)
{
	static struct tap_lock lock;
	static struct wire_held held; /* under it */
	struct dl_find_object found;
	int saved = errno;
	bool entered = false;

	tap_copy(reason, size, "this libzmq cannot be entered");
	/* Each time: a library that was unloaded and comes back has slots of its own again, and others may
	 * change them. */
	if (!_dl_find_object(TR_UNCONST(zmq_function), &found) && tap_lock(&lock)) {
		memset(&held, 0, sizeof(held));
		held.start = (uintptr_t)found.dlfo_map_start;
		held.end = (uintptr_t)found.dlfo_map_end;
		entered = enter(found.dlfo_link_map, &held, reason, size);
		tap_unlock(&lock);
	}
	if (entered)
		tap_at_end(TAP_TELLS_CONNECTIONS, tap_wires_end);
	errno = saved;
	return entered;
}

void tap_wire_prepare(const void *zmq_function)
{
	char reason[200];

	if (TAP_POLICY(pol_says_zmq))
		tap_wire_enter(zmq_function, reason, sizeof(reason));
}
