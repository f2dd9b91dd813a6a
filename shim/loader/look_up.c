/* SPDX-License-Identifier: MIT */
/*
 * A function by its name, as the loader would find it: in what comes after us, or from an object's own scope.
 * Never our wrapper of it.
 */
#include "shim/loader/loader.h"
#include "shim/loader/names.h"
#include "shim/loader/next.h"

#include <dlfcn.h>

/* Behind us; or, when we are not in that scope ourselves since we were loaded late, in all of it. */
void *tap_from_global_scope(unsigned call, const char *version)
{
	const char *name = tap_call_name(call);
	void *found = version ? tap_real_dlvsym(RTLD_NEXT, name, version) : tap_real_dlsym(RTLD_NEXT, name);

	if (!found)
		found = version ? tap_real_dlvsym(RTLD_DEFAULT, name, version)
				: tap_real_dlsym(RTLD_DEFAULT, name);
	return found == tap_wrapper(call) ? NULL : found;
}

void *tap_from_own_scope(const struct link_map *map, unsigned call)
{
	void *handle, *found = NULL;

	if (!map || !map->l_name[0])
		return NULL; /* the program's own scope is the global one */
	handle = tap_real_dlopen(map->l_name, RTLD_LAZY | RTLD_NOLOAD);
	if (handle) {
		found = tap_real_dlsym(handle, tap_call_name(call));
		tap_real_dlclose(handle);
	}
	return found == tap_wrapper(call) ? NULL : found;
}
