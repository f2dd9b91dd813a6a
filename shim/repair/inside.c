/* SPDX-License-Identifier: MIT */
/* libzmq's own calls of the C library (see inside.h): how they come here, and what was allocated for a wrap.
 */
#include "shim/loader/newcomers.h"
#include "shim/repair/inside.h"
#include "shim/loader/elf.h"
#include "shim/line/line.h"
#include "shim/wire/wire.h"

#include <errno.h>
#include <stdlib.h>

static __thread struct {
	void *allocated; /* libzmq's last malloc on this thread, while it holds */
	void *wrapped;	 /* what it wrapped, and has not freed yet */
} now;

/* --- what libzmq allocates for a wrap
 * ------------------------------------------------------------------------------- */

static void *inside_malloc(size_t size)
{
	return now.allocated = malloc(size);
}

static void inside_free(void *memory)
{
	if (memory && memory == now.wrapped)
		now.wrapped = NULL; /* this libzmq frees it itself */
	if (memory && memory == now.allocated)
		now.allocated = NULL;
	free(memory);
}

void tap_leak_wrapping(const void *plaintext)
{
	now.wrapped = plaintext && plaintext == now.allocated ? now.allocated : NULL;
}

void tap_leak_released(void)
{
	static bool told;
	void *memory = now.wrapped;

	if (!memory)
		return;
	/* libzmq's encode is about to return, and the pointer was a variable of its own. */
	now.wrapped = now.allocated = NULL;
	free(memory);
	if (!__atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		tap_repair_event("leak", NULL, NULL,
				 "this libzmq leaks each message that it wraps: freed from now on");
}

/* --- entering a library
 * --------------------------------------------------------------------------------------------- */

static void point(const struct link_map *map, const char *name, void *to)
{
	void **slot = tap_elf_slot(map->l_addr, map->l_ld, name);

	if (slot && !tap_wire_below(slot, name, to))
		tap_point_slot(slot, to);
}

void tap_inside(const void *zmq_function)
{
	static struct tap_lock lock;
	struct tap_caller *library = tap_caller_of(zmq_function);
	struct tap_scope scope = {.caller = library};
	struct dl_find_object found;
	int saved = errno;

	/* Not only once: a library that was unloaded and comes back has slots of its own again. */
	if (!library || (!tap_repairs_wanted() && !tap_reports && !tap_connects) || !tap_lock(&lock))
		return;
	if (!_dl_find_object((void *)zmq_function, &found)) {
		const struct link_map *map = found.dlfo_link_map;

		if (tap_repairs(POL_REPAIR_LEAK)) {
			point(map, "malloc", inside_malloc);
			point(map, "free", inside_free);
		}
		if (tap_connects) {
			point(map, "getaddrinfo", tap_fallback_resolve);
			point(map, "connect", tap_fallback_connect);
			point(map, "getsockopt", tap_fallback_connected);
		}
		point(map, "send", tap_line_send);
		point(map, "close", tap_line_close);
		if (tap_repairs(POL_REPAIR_HANDSHAKE) || tap_repairs(POL_REPAIR_ABORT) || tap_reports ||
		    tap_connects)
			point(map, "recv", tap_line_recv);
		library->repaired = true;
		/* libzmq's I/O threads must not: a host can end them while it holds the loader's lock. */
		tap_resolve_ahead(zmq_function);
		tap_resolve_ahead(tap_other(scope.caller, TR_gss_init_sec_context));
	}
	tap_unlock(&lock);
	errno = saved;
}
