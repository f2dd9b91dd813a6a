/* SPDX-License-Identifier: MIT */
/*
 * Which real function a call is for: what the caller would have reached had we not been there.
 *
 * The loader's own order is followed: what comes after us in the global scope, in the version the caller asks
 * for; then the caller's own libraries (plugins loaded RTLD_LOCAL); the other way round for RTLD_DEEPBIND.
 * Code that refers to no such name (FFI) got its pointer from dlsym: it goes to the library that dlsym found,
 * by a stub where that is not plain.
 */
#include "shim/loader/real.h"

#include "shim/core/start.h"
#include "shim/loader/last_error.h"
#include "shim/loader/elf.h"
#include "shim/loader/loader.h"
#include "shim/loader/pointers.h"
#include "trace/unconst.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

__thread struct tap_last tap_last;

struct wanted {
	unsigned call;
	bool found;
	const char *version;
};

static bool is_wanted(const struct tap_reference *reference, void *data)
{
	struct wanted *wanted = data;

	if (reference->call != wanted->call)
		return false;
	wanted->found = true;
	wanted->version = reference->version;
	return true;
}

static void *resolve(const struct tap_caller *c, unsigned call)
{
	struct link_map *map = tap_map_of(c);
	struct wanted wanted = {.call = call};
	const char *name = tap_call_name(call);
	void *found = NULL, *own;

	if (map)
		tap_elf_references(map->l_addr, map->l_ld, is_wanted, &wanted);
	/* A library that does not refer to its own function by name calls it directly; others look it up like
	 * anybody else. */
	own = map && map->l_name[0] ? tap_elf_definition(map->l_addr, map->l_ld, name) : NULL;
	if (own && own != tap_wrapper(call) && (c->deepbind || c->provider || !wanted.found))
		return own;
	if (c->deepbind || c->provider)
		found = tap_from_own_scope(map, call);
	if (!found)
		found = tap_from_global_scope(call, wanted.version);
	if (!found && wanted.version)
		found = tap_from_own_scope(map, call);
	if (!found)
		found = tap_from_global_scope(call, NULL);
	if (!found)
		found = tap_from_own_scope(map, call);
	if (!found)
		found = tap_handed_out(call);
	else if (wanted.found && __atomic_load_n(&tap_dlopen_seen, __ATOMIC_ACQUIRE) &&
		 (!*map->l_name || tap_from_own_scope(map, call) != found))
		tap_bind(c, found);
	return found;
}

/* Fills the slot of one function for one caller. Losing a race costs a second look-up of the same thing. */
static void *real_of(struct tap_caller *c, unsigned call)
{
	void *found = __atomic_load_n(&c->real[call], __ATOMIC_RELAXED), *kept;
	int saved;

	if (__builtin_expect(found != NULL, 1))
		return found;
	saved = errno;
	tap_start();
	kept = tap_last_error_aside();
	found = resolve(c, call);
	tap_last_error_back(kept);
	__atomic_store_n(&c->real[call], found, __ATOMIC_RELAXED);
	errno = saved;
	return found;
}

bool tap_is_own_code(const void *address)
{
	static uintptr_t start, size;
	struct dl_find_object found;

	if (__builtin_expect(!size, 0) && !_dl_find_object((void *)tap_is_own_code, &found)) {
		start = (uintptr_t)found.dlfo_map_start;
		size = (uintptr_t)found.dlfo_map_end - start;
	}
	return (uintptr_t)address - start < size;
}

void *tap_find_real(enum tr_call_id call, const void *from)
{
	struct tap_last *t = &tap_last;
	uint32_t hint = tap_provider_hint;
	struct tap_caller *c;

	/* A library's jump from one of its functions to another returns into our wrapper of the first: same
	 * call, same caller. */
	if (!hint && t->caller && tap_is_own_code(from))
		return real_of(t->caller, call);
	if (hint) {
		tap_provider_hint = 0;
		c = tap_provider(hint);
	} else {
		c = tap_caller_of(from);
	}
	/* Not remembered with a hint: the code that called has others, too. It is looked at again by
	 * tap_open. */
	t->caller = c;
	t->hinted = hint != 0;
	return c ? real_of(c, call) : NULL;
}

void *tap_other(struct tap_caller *caller, enum tr_call_id call)
{
	return caller ? real_of(caller, call) : NULL;
}

static bool resolve_one(const struct tap_reference *reference, void *data)
{
	real_of(data, reference->call);
	return false;
}

void tap_resolve_ahead(const void *function)
{
	struct tap_caller *c = tap_caller_of(function);
	const struct link_map *map = c ? tap_map_of(c) : NULL;

	if (map)
		tap_elf_references(map->l_addr, map->l_ld, resolve_one, c);
}

/* Would a look-up by name find anything but us? */
bool tap_is_anywhere(unsigned id, const void *from)
{
	struct tap_caller *c = tap_caller_of(from);
	int saved = errno;
	void *kept;
	bool there;

	tap_start();
	kept = tap_last_error_aside();
	there = c &&
		(c->real[id] || tap_from_global_scope(id, NULL) || tap_from_own_scope(tap_map_of(c), id));
	tap_last_error_back(kept);
	errno = saved;
	return there;
}

/* Of the object itself: the callers of this ask with a library's own address. */
void *tap_unwrapped(const struct tap_caller *caller, const char *name)
{
	const struct link_map *map = caller ? tap_map_of(caller) : NULL;

	return map ? tap_elf_definition(map->l_addr, map->l_ld, name) : NULL;
}

void *tap_beside(const void *real, const char *name)
{
	struct dl_find_object found;

	return _dl_find_object(TR_UNCONST(real), &found)
		       ? NULL
		       : tap_elf_definition(found.dlfo_link_map->l_addr, found.dlfo_link_map->l_ld, name);
}

void *tap_beside_again(struct tap_beside *last, const void *real, const char *name)
{
	unsigned generation = __atomic_load_n(&tap_generation, __ATOMIC_ACQUIRE);

	if (last->real != real || last->generation != generation) {
		last->found = tap_beside(real, name);
		last->real = real;
		last->generation = generation;
	}
	return last->found;
}

bool tap_is_mit_krb5(const void *function)
{
	struct dl_find_object found;
	const char *soname = _dl_find_object(TR_UNCONST(function), &found)
				     ? NULL
				     : tap_elf_soname(found.dlfo_link_map->l_addr, found.dlfo_link_map->l_ld);

	return soname && !strcmp(soname, "libkrb5.so.3");
}

bool tap_caller_tells(const void *real)
{
	struct tap_caller *c = tap_last.caller;
	const struct link_map *map;

	if (!c)
		return false;
	if (__builtin_expect(!c->tells, 0)) {
		map = tap_map_of(c);
		c->tells = map && tap_is_mit_krb5(real) &&
					   tap_elf_definition(map->l_addr, map->l_ld,
							      tap_call_name(TR_gss_init_sec_context))
				   ? 1
				   : 2;
	}
	return c->tells == 1;
}
