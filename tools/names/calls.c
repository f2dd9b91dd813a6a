/* SPDX-License-Identifier: MIT */
/* Looks patterns up among the rows of trace/calls.def; see calls.h. */
#include "tools/names/calls.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define NEAR_MAX 3

static const char *const calls[] = {
#define CALL(id, family, purpose, name) #name,
#include "trace/calls.def"
};
#define COUNT (sizeof(calls) / sizeof(*calls))

static size_t common_prefix(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* How near a name is to a pattern that does not match it: a name that the pattern is a part of comes first.
 */
static size_t nearness(const char *pattern, const char *name)
{
	char within[160];

	snprintf(within, sizeof(within), "*%s*", pattern);
	return fnmatch(within, name, 0) ? common_prefix(pattern, name) : 1000 - strlen(name);
}

bool names_calls_match(const char *pattern, char *error, size_t size)
{
	const char *near[NEAR_MAX] = {NULL};

	for (size_t i = 0; i < COUNT; i++)
		if (!fnmatch(pattern, calls[i], 0))
			return true;
	for (size_t i = 0; i < COUNT; i++) {
		size_t at = NEAR_MAX;

		while (at && (!near[at - 1] || nearness(pattern, calls[i]) > nearness(pattern, near[at - 1])))
			at--;
		if (at == NEAR_MAX)
			continue;
		memmove(&near[at + 1], &near[at], (NEAR_MAX - 1 - at) * sizeof(*near));
		near[at] = calls[i];
	}
	snprintf(error, size,
		 "'%s' matches no call; near are %s, %s and %s. It is a pattern of the shell's: * stands for "
		 "any characters",
		 pattern, near[0], near[1], near[2]);
	return false;
}
