/* SPDX-License-Identifier: MIT */
/*
 * The value of LD_PRELOAD: where we are in it, what of it brings us, and how that is put into another one.
 * The order matters: a sanitizer's runtime must come first, and a libzmq that is put in another one's place
 * right behind us.
 */
#include "shim/exec/exec.h"

#include <string.h>

static const char *file_name = "libgsstap.so";

static const char *base_name(const char *path, size_t length)
{
	const char *slash = memrchr(path, '/', length);

	return slash ? slash + 1 : path;
}

/* ld.so parts LD_PRELOAD at these. */
static size_t entry_length(const char *at)
{
	return strcspn(at, ": ");
}

static bool is_named(const char *entry, size_t length, const char *name, bool whole)
{
	const char *base = base_name(entry, length);
	size_t left = length - (size_t)(base - entry), wanted = strlen(name);

	return (whole ? left == wanted : left >= wanted) && !memcmp(base, name, wanted);
}

void tap_preload_is(const char *path)
{
	if (*path)
		file_name = base_name(path, strlen(path));
}

const char *tap_preload_us(const char *value)
{
	for (const char *at = value; at && *at;) {
		size_t length = entry_length(at);

		if (is_named(at, length, file_name, true))
			return at;
		at += length + (at[length] != 0);
	}
	return NULL;
}

/* How much of its beginning are runtimes of sanitizers, which end a program in which they come second. */
static size_t runtimes_at_front(const char *value)
{
	static const char *const runtimes[] = {"libasan.", "libubsan.", "libtsan.", "liblsan.",
					       "libclang_rt."};
	const char *at = value;

	while (*at) {
		size_t length = entry_length(at), i = 0;

		while (length && i < 5 && !is_named(at, length, runtimes[i], false))
			i++;
		if (length && i == 5)
			break;
		at += length + (at[length] != 0);
	}
	return (size_t)(at - value);
}

size_t tap_preload_part(const char *value, const char *us)
{
	const char *end = us + entry_length(us);

	if (*end && is_named(end + 1, entry_length(end + 1), "libzmq.so", false))
		end += 1 + entry_length(end + 1);
	return (size_t)(end - value);
}

static char *put(char *at, const char *text, size_t length)
{
	memcpy(at, text, length);
	return at + length;
}

void tap_preload_compose(const char *ours, const char *theirs, char *at)
{
	size_t front = theirs ? runtimes_at_front(theirs) : 0;

	if (front) {
		at = put(at, theirs, front);
		if (!strchr(": ", at[-1]))
			*at++ = ':';
		/* What stands before us at their front is there already. */
		ours = tap_preload_us(ours);
	}
	at = put(at, ours, strlen(ours));
	if (theirs && theirs[front]) {
		*at++ = ':';
		at = put(at, theirs + front, strlen(theirs + front));
	}
	*at = 0;
}
