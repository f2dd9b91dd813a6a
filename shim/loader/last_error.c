/* SPDX-License-Identifier: MIT */
/*
 * What the host may still fetch by dlerror while we look something up on its thread. Any call of the loader's
 * drops it, also one that succeeds, and nothing can put a text back; so the C library's own word for it is
 * taken out meanwhile. Where the library has no such word, its text is lost, as it is to any plugin.
 */
#include "shim/loader/last_error.h"

#include "shim/loader/next.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

#define FAR (1 << 20) /* bytes: static thread storage lies by the thread pointer */

static ptrdiff_t place; /* of the word, from the thread pointer; 0: not known */

void tap_find_last_error(void)
{
	char *word = tap_real_dlvsym(RTLD_DEFAULT, "__libc_dlerror_result", "GLIBC_PRIVATE");
	ptrdiff_t at = word - (char *)__builtin_thread_pointer();

	if (word && at > -FAR && at < FAR)
		place = at;
	else
		dlerror();
}

static void **last(void)
{
	return (void **)(void *)((char *)__builtin_thread_pointer() + place);
}

void *tap_last_error_aside(void)
{
	void *kept = place ? *last() : NULL;

	if (kept)
		*last() = NULL;
	return kept;
}

void tap_last_error_back(void *kept)
{
	dlerror(); /* what failed here is not for the host to see */
	if (!kept)
		return;
	dlerror(); /* now it is freed, unless the last call succeeded: then there is an empty one */
	free(*last());
	*last() = kept;
}
