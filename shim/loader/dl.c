/* SPDX-License-Identifier: MIT */
/*
 * The dynamic loader's own functions, answered for so that nobody who looks a function up gets past us.
 *
 * What is not about our names goes on as a tail call (tail.S): dlsym and dlopen look at who calls them.
 */
#include "shim/loader/next.h"

#include "shim/core/scope.h"
#include "shim/exec/exec.h"
#include "shim/loader/elf.h"
#include "shim/loader/loader.h"
#include "shim/loader/pointers.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>

/* Called from tail.S; a non-NULL answer is the caller's result. */
void *tap_on_dlsym(void *handle, const char *name, const void *from, void **handed_on);
void *tap_on_dlvsym(void *handle, const char *name, const char *version, const void *from, void **handed_on);
void tap_on_dlopen(const char *file, int mode);
TAP_EXPORT int dlclose(void *handle);

static inline void ensure(void)
{
	if (__builtin_expect(!__atomic_load_n(&tap_real_dlsym, __ATOMIC_ACQUIRE), 0))
		tap_find_loader();
}

/*
 * A function that no library has is not there because we have a wrapper for it: the look-up is handed on to
 * an object that does not have it either, which fails as it should and says so.
 */
static bool is_absent(unsigned id, void **handle, const void *from)
{
	static void *libc;

	if (tap_is_anywhere(id, from))
		return false;
	if (!libc)
		libc = tap_real_dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	if (!libc)
		return false;
	*handle = libc;
	return true;
}

static void *answer(unsigned id, void *handle, void *found, const void *from)
{
	int saved = errno;
	void *result = found;

	if (found && found != tap_wrapper(id))
		result = tap_redirect(id, handle, found, from);
	errno = saved;
	return result;
}

/* Those of the C library that execute programs; NULL: the look-up goes on as it is. */
static void *look_up_exec(void *handle, const char *name, const void *from)
{
	int row = tap_exec_asked && handle != RTLD_NEXT && handle != RTLD_DEFAULT ? tap_exec_row(name) : -1;

	return row < 0 ? NULL
		       : tap_exec_pointer(row, tap_real_dlsym(handle, name), tap_real_dlsym(RTLD_NEXT, name),
					  from);
}

static void *look_up(bool versioned, void *handle, const char *name, const char *version, const void *from,
		     void **handed_on)
{
	unsigned id;
	void *found;

	ensure();
	tap_dlopen_ended();
	if (!name)
		return NULL;
	if (!(id = (unsigned)tap_call_id(name)))
		return versioned ? NULL : look_up_exec(handle, name, from);
	if (handle == RTLD_NEXT || handle == RTLD_DEFAULT)
		return is_absent(id, handed_on, from), NULL;
	found = versioned ? tap_real_dlvsym(handle, name, version) : tap_real_dlsym(handle, name);
	if (found == tap_wrapper(id))
		return is_absent(id, handed_on, from) ? NULL : found;
	/* NULL here makes the tail call, which fails the same way and leaves the text for dlerror. */
	return answer(id, handle, found, from);
}

void *tap_on_dlsym(void *handle, const char *name, const void *from, void **handed_on)
{
	return look_up(false, handle, name, NULL, from, handed_on);
}

void *tap_on_dlvsym(void *handle, const char *name, const char *version, const void *from, void **handed_on)
{
	return look_up(true, handle, name, version, from, handed_on);
}

void tap_on_dlopen(const char *file, int mode)
{
	(void)file;
	ensure();
	tap_dlopen_ended();
	tap_dlopen_begins(mode & RTLD_DEEPBIND);
}

/* What an unloaded object was given must not be taken for what comes to lie at its place. */
TAP_EXPORT int dlclose(void *handle)
{
	int result, saved;

	ensure();
	tap_dlopen_ended();
	tap_unloading_begins();
	result = tap_real_dlclose(handle);
	saved = errno;
	tap_unbind();
	tap_dlclose_ended();
	tap_forget_handed_out();
	tap_unloading_ended();
	errno = saved;
	return result;
}
