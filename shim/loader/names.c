/* SPDX-License-Identifier: MIT */
/*
 * The rows of calls.def as the shim needs them, and the way back from a name to its row. Every relocation of
 * every object and every dlsym of the process asks, so most names must be turned away at their first letters.
 * Serves the first dlsym of a process: nothing here may need another library.
 */
#include "shim/loader/names.h"

#include <stdbool.h>
#include <string.h>

#define INDEX 1024 /* a power of two, and several times the rows */

static const struct row {
	const char *name;
	uint8_t length, purpose;
} rows[TAP_IDS] = {
#define CALL(id, family, purpose, name) [id] = {#name, sizeof(#name) - 1, TR_PURPOSE_##purpose},
#include "trace/calls.def"
};

static uint16_t by_name[INDEX]; /* ids, by hash; the next place where one is taken */
static bool indexed;

static bool begins_as_ours(const char *name)
{
	static const char *const prefixes[] = {
#define FAMILY(name, prefix, listed) prefix,
#include "trace/calls.def"
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const char *p = prefixes[i], *n = name;

		while (*p && *p == *n)
			p++, n++;
		if (!*p)
			return true;
	}
	return false;
}

static unsigned place_of(const char *name)
{
	uint32_t h = 5381;

	for (; *name; name++)
		h = h * 33 + (uint8_t)*name;
	return (h ^ h >> 15) % INDEX;
}

/* Threads that do this at once write the same into the same places. */
static void make_index(void)
{
	for (unsigned id = 1; id < TAP_IDS; id++) {
		unsigned at;

		if (!rows[id].name)
			continue;
		at = place_of(rows[id].name);
		while (by_name[at] && by_name[at] != id)
			at = (at + 1) % INDEX;
		by_name[at] = (uint16_t)id;
	}
	__atomic_store_n(&indexed, true, __ATOMIC_RELEASE);
}

int tap_call_id(const char *name)
{
	if (!begins_as_ours(name))
		return 0;
	if (!__atomic_load_n(&indexed, __ATOMIC_ACQUIRE))
		make_index();
	for (unsigned at = place_of(name); by_name[at]; at = (at + 1) % INDEX)
		if (!strcmp(rows[by_name[at]].name, name))
			return by_name[at];
	return 0;
}

const char *tap_call_name(unsigned id)
{
	return id < TAP_IDS && rows[id].name ? rows[id].name : "?";
}

size_t tap_call_name_length(unsigned id)
{
	return rows[id].length;
}

enum tr_purpose tap_call_purpose(unsigned id)
{
	return (enum tr_purpose)rows[id].purpose;
}

/* Every wrapper by address; declared untyped, since the draft functions are not in <zmq.h>. */
#define CALL(id, family, purpose, name) extern char tap_address_of_##name[] __asm__(#name);
#include "trace/calls.def"
static void *const wrapper_table[TAP_IDS] = {
#define CALL(id, family, purpose, name) [id] = tap_address_of_##name,
#include "trace/calls.def"
};

void *tap_wrapper(unsigned id)
{
	return wrapper_table[id];
}
