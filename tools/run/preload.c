/* SPDX-License-Identifier: MIT */
/*
 * What makes ld.so load the shim into PROGRAM and all that it starts, and leaves programs alone that have
 * another dynamic loader.
 */
#include "tools/run/preload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifndef TOOL_LIB
#define TOOL_LIB "lib"
#endif

static bool is_same_file(const char *one, const char *other)
{
	struct stat a, b;

	return !stat(one, &a) && !stat(other, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

void run_preload_spell(char path[PATH_MAX])
{
	char *slash = strrchr(path, '/'), there[PATH_MAX], *at;
	int length;

	if (!slash)
		return; /* found by the search of the loader, which knows where */
	length = (int)(slash - path);
	/* glibc puts its own directory in the place of $LIB, musl looks for a directory of that name and goes
	 * on without, as glibc for another processor does. */
	if (snprintf(there, sizeof(there), "%.*s/" TOOL_LIB "%s", length, path, slash) < PATH_MAX &&
	    is_same_file(path, there))
		snprintf(there, sizeof(there), "%.*s/$LIB%s", length, path, slash);
	else if ((at = strstr(path, "/" TOOL_LIB "/")))
		snprintf(there, sizeof(there), "%.*s/$LIB%s", (int)(at - path), path,
			 at + strlen("/" TOOL_LIB));
	else
		return;
	strcpy(path, there);
}

/* Returns how much of LD_PRELOAD's beginning are runtimes of sanitizers, which refuse to come second. */
static size_t runtimes_at_front(const char *preload)
{
	static const char *const runtimes[] = {"libasan.", "libubsan.", "libtsan.", "liblsan.",
					       "libclang_rt."};
	const char *at = preload;

	while (*at) {
		size_t len = strcspn(at, ": "), i;
		const char *slash = memrchr(at, '/', len), *name = slash ? slash + 1 : at;

		for (i = 0; i < 5 && strncmp(name, runtimes[i], strlen(runtimes[i])); i++)
			;
		if (len && i == 5)
			break;
		at += len + (at[len] != 0);
	}
	return at - preload;
}

/* The shim goes before all other preloads, so that no gss_ or zmq_ function of theirs is met before it. */
static int set_preload(const char *shim)
{
	const char *before = getenv("LD_PRELOAD"), *rest;
	size_t len = strlen(shim), front;
	char *all;

	if (!before)
		before = "";
	front = runtimes_at_front(before);
	rest = before + front;
	/* Under another run it is there already. */
	if (!strncmp(rest, shim, len) && (!rest[len] || strchr(": ", rest[len])))
		rest += len + (rest[len] != 0);
	if (asprintf(&all, "%.*s%s%s%s%s", (int)front, before,
		     front && !strchr(": ", before[front - 1]) ? ":" : "", shim, *rest ? ":" : "", rest) < 0)
		return -1;
	return setenv("LD_PRELOAD", all, 1);
}

/* AddressSanitizer's runtime ends a program in which anything is preloaded before it. The shim takes none of
 * its functions away; so programs that were built with it, wherever they are in the tree, are told not to
 * look. */
static int allow_before_asan(void)
{
	static const char allowed[] = "verify_asan_link_order=0";
	const char *before = getenv("ASAN_OPTIONS");
	char *all;

	if (before && strstr(before, "verify_asan_link_order"))
		return 0;
	if (asprintf(&all, "%s%s%s", before ? before : "", before && *before ? ":" : "", allowed) < 0)
		return -1;
	return setenv("ASAN_OPTIONS", all, 1);
}

int run_preload_set(const char *shim)
{
	return set_preload(shim) || allow_before_asan() ? -1 : 0;
}
