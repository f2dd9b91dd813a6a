/* SPDX-License-Identifier: MIT */
/*
 * The real functions behind those names of the C library that are ours: found without asking for them by
 * name.
 */
#include "shim/loader/next.h"

#include "shim/loader/elf.h"

#include <dlfcn.h>
#include <stddef.h>

void *(*tap_real_dlsym)(void *handle, const char *name);
void *(*tap_real_dlvsym)(void *handle, const char *name, const char *version);
void *(*tap_real_dlopen)(const char *file, int mode);
int (*tap_real_dlclose)(void *handle);

/*
 * The next definition after us in the order of loading: another preload's, or the C library's. When we were
 * loaded late it stands in front of us. This list is followed without the loader's lock, since the first
 * dlsym may be that of a sanitizer's runtime that cannot lock yet: what was there when the program began
 * stands first on it and stays, and the C library is among that.
 */
void *tap_find_next(const char *name)
{
	struct dl_find_object found;
	struct link_map *own = _dl_find_object((void *)tap_find_next, &found) ? NULL : found.dlfo_link_map;
	struct link_map *map = own;
	void *address = NULL;

	for (map = own ? own->l_next : NULL; map && !address; map = map->l_next)
		address = tap_elf_definition(map->l_addr, map->l_ld, name);
	for (map = own; map && map->l_prev; map = map->l_prev)
		;
	for (; map && map != own && !address; map = map->l_next)
		address = tap_elf_definition(map->l_addr, map->l_ld, name);
	return address;
}

void tap_find_loader(void)
{
	/* dlsym last: who finds it set may use all four. */
	tap_real_dlvsym = (__typeof__(tap_real_dlvsym))tap_find_next("dlvsym");
	tap_real_dlopen = (__typeof__(tap_real_dlopen))tap_find_next("dlopen");
	tap_real_dlclose = (__typeof__(tap_real_dlclose))tap_find_next("dlclose");
	__atomic_store_n(&tap_real_dlsym, (__typeof__(tap_real_dlsym))tap_find_next("dlsym"),
			 __ATOMIC_RELEASE);
}
