/* SPDX-License-Identifier: MIT */
/* Looks patterns up among the rows of trace/calls.def and trace/events.def; see calls.h. */
#include "tools/names/calls.h"

#include "tools/base/nearest.h"

#include <fnmatch.h>
#include <stdio.h>

static const char *const calls[] = {
#define CALL(id, family, purpose, name) #name,
#include "trace/calls.def"
};
static const char *const events[] = {
#define EVENT(id, name) #name,
#define FIELD(id, symbol, json, type)
#include "trace/events.def"
#undef EVENT
#undef FIELD
};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool look(const char *pattern, const char *const *names, size_t count, struct nearest *nearest)
{
	for (size_t i = 0; i < count; i++) {
		if (!fnmatch(pattern, names[i], 0))
			return true;
		nearest_look(nearest, pattern, names[i]);
	}
	return false;
}

bool names_calls_match(const char *pattern, bool with_events, char *error, size_t size)
{
	struct nearest nearest = {0};

	if (look(pattern, calls, COUNT(calls), &nearest) ||
	    (with_events && look(pattern, events, COUNT(events), &nearest)))
		return true;
	snprintf(error, size,
		 "no call%s has a name like '%s'; the nearest are %s, %s and %s. It is a pattern of the "
		 "shell's: * "
		 "stands for any characters",
		 with_events ? " and no event" : "", pattern, nearest.names[0], nearest.names[1],
		 nearest.names[2]);
	return false;
}
