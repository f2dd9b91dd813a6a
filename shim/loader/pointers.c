/* SPDX-License-Identifier: MIT */
/*
 * Functions that dlsym hands out: our wrapper where that would find the same function by itself; else a stub
 * (stubs.S), which names the library. There are few stubs a function: a further library of the same kind goes
 * unobserved rather than wrong.
 */
#include "shim/loader/pointers.h"

#include "shim/loader/callers.h"
#include "shim/loader/elf.h"
#include "shim/loader/loader.h"
#include "shim/loader/objects.h"

#include <dlfcn.h>
#include <string.h>

#define PROVIDERS 3

extern const struct {
	uint64_t id;
	void *stub[PROVIDERS];
} tap_stubs[];

static struct tap_caller *providers[PROVIDERS + 1]; /* by hint; [0] unused */
static void *handed_out[TAP_IDS]; /* what dlsym found first: for callers that refer to nothing */

/* --- what was handed out --- */

struct beside {
	const char *name;
	void *found;
};

/* A library whose functions dlsym handed out may go from one to another that was not asked for. */
static bool is_beside(const struct tap_object *o, void *data)
{
	struct beside *beside = data;

	for (unsigned id = 0; id < TAP_IDS && !beside->found; id++)
		if ((uintptr_t)handed_out[id] >= o->start && (uintptr_t)handed_out[id] < o->end)
			beside->found = tap_elf_definition(o->bias, o->dynamic, beside->name);
	return beside->found;
}

void *tap_handed_out(unsigned call)
{
	struct beside beside = {.name = tap_call_name(call),
				.found = __atomic_load_n(&handed_out[call], __ATOMIC_ACQUIRE)};

	if (!beside.found)
		tap_walk(is_beside, &beside);
	return beside.found;
}

void tap_forget_handed_out(void)
{
	tap_drop_stale(handed_out);
}

/* --- libraries that a stub stands for --- */

static bool is_same(const struct tap_caller *provider, const struct tap_caller *library)
{
	return provider->start == library->start && provider->size == library->size &&
	       !strcmp(provider->name, library->name);
}

static bool is_there(const struct tap_object *o, void *data)
{
	const struct tap_caller *provider = data;

	return o->start == provider->start && o->end - o->start == provider->size &&
	       !strncmp(o->path, provider->name, sizeof(provider->name) - 1);
}

/* Of a pointer into a library that is gone nothing is expected any more: its number is free. */
static uint32_t provider_number(const struct tap_caller *library)
{
	struct tap_caller *made = NULL;

	for (uint32_t i = 1; i <= PROVIDERS; i++) {
		struct tap_caller *there = __atomic_load_n(&providers[i], __ATOMIC_ACQUIRE);

		if (there && is_same(there, library))
			return i;
	}
	for (uint32_t i = 1; i <= PROVIDERS; i++) {
		struct tap_caller *there = __atomic_load_n(&providers[i], __ATOMIC_ACQUIRE);

		if (there && is_same(there, library))
			return i;
		if (there && tap_walk(is_there, there))
			continue;
		if (!made && !(made = tap_new_caller()))
			return 0;
		*made = *library;
		made->provider = true;
		memset(made->real, 0, sizeof(made->real));
		if (__atomic_compare_exchange_n(&providers[i], &there, made, false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE) ||
		    is_same(there, library))
			return i;
	}
	return 0;
}

uint32_t tap_provide(const void *function)
{
	const struct tap_caller *library = tap_caller_of(function);

	return library ? provider_number(library) : 0;
}

struct tap_caller *tap_provider(uint32_t number)
{
	struct tap_caller *provider = __atomic_load_n(&providers[number], __ATOMIC_ACQUIRE);

	if (provider)
		tap_renew_caller(provider);
	return provider;
}

/* --- what dlsym answers --- */

/*
 * A mechanism that a mechglue loads may define gss_x itself, and is called through that pointer: it must get
 * the plugin's own. But where the plugin has none, the look-up falls through to the mechglue's, which the
 * mechglue would recognise as its own; under us its name for it is our wrapper (facts I3). MIT's mechglue
 * asks through libkrb5support's plugin loader.
 */
static bool asks_for_mechanism(const struct link_map *asking)
{
	const char *soname = asking ? tap_elf_soname(asking->l_addr, asking->l_ld) : NULL;

	return asking && asking->l_name[0] &&
	       ((soname && !strncmp(soname, "libkrb5support.so", 17)) ||
		tap_elf_definition(asking->l_addr, asking->l_ld, tap_call_name(TR_gss_init_sec_context)));
}

static void *for_mechglue(unsigned id, void *handle, void *found)
{
	struct link_map *plugin = NULL;
	struct tap_caller *caller;

	if (dlinfo(handle, RTLD_DI_LINKMAP, &plugin) || !plugin)
		return found;
	caller = tap_caller_of(plugin->l_ld);
	if (caller)
		caller->mechanism = true;
	return tap_elf_definition(plugin->l_addr, plugin->l_ld, tap_call_name(id)) == found ? found
											    : tap_wrapper(id);
}

void *tap_pointer(unsigned id, void *found)
{
	const struct tap_caller *library = tap_caller_of(found);
	void *plain;
	uint32_t number;

	if (!library)
		return found;
	/* What would the wrapper itself find for a caller that refers to nothing? */
	plain = tap_from_global_scope(id, NULL);
	if (!plain) {
		dlerror();
		__atomic_compare_exchange_n(&handed_out[id], &plain, found, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_ACQUIRE);
		plain = handed_out[id];
	}
	if (plain == found)
		return tap_wrapper(id);
	number = provider_number(library);
	if (!number)
		return found; /* a fourth library of the same kind goes unobserved rather than wrong */
	for (unsigned i = 0; tap_stubs[i].id; i++)
		if (tap_stubs[i].id == id)
			return tap_stubs[i].stub[number - 1];
	return found;
}

bool tap_is_stub(const void *address)
{
	for (unsigned i = 0; tap_stubs[i].id; i++)
		for (unsigned n = 0; n < PROVIDERS; n++)
			if (tap_stubs[i].stub[n] == address)
				return true;
	return false;
}

void *tap_redirect(unsigned id, void *handle, void *found, const void *from)
{
	const struct tap_caller *asking = tap_caller_of(from);

	if (asking && asks_for_mechanism(tap_map_of(asking)))
		return for_mechglue(id, handle, found);
	return tap_pointer(id, found);
}
