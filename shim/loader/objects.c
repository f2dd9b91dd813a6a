/* SPDX-License-Identifier: MIT */
/* Walking the loader's list, and holding what is in it; see objects.h. */
#include "shim/loader/objects.h"

#include "shim/loader/next.h"

#include <dlfcn.h>
#include <stddef.h>

struct walk {
	bool (*each)(const struct tap_object *object, void *data);
	void *data;
};

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
	const struct walk *walk = data;
	struct tap_object o = {.bias = info->dlpi_addr,
			       .start = UINTPTR_MAX,
			       .headers = info->dlpi_phdr,
			       .header_count = info->dlpi_phnum,
			       .path = info->dlpi_name ? info->dlpi_name : ""};

	(void)size;
	for (unsigned i = 0; i < o.header_count; i++) {
		const ElfW(Phdr) *p = &o.headers[i];
		uintptr_t at = o.bias + p->p_vaddr;

		if (p->p_type == PT_DYNAMIC)
			o.dynamic = (const void *)at;
		if (p->p_type != PT_LOAD)
			continue;
		if (at < o.start)
			o.start = at & ~(uintptr_t)4095;
		if (at + p->p_memsz > o.end)
			o.end = at + p->p_memsz;
	}
	return o.dynamic && walk->each(&o, walk->data);
}

bool tap_walk(bool (*each)(const struct tap_object *object, void *data), void *data)
{
	struct walk walk = {.each = each, .data = data};

	return dl_iterate_phdr(visit, &walk);
}

static int count(struct dl_phdr_info *info, size_t size, void *data)
{
	struct tap_changes *changes = data;

	(void)size;
	changes->loaded = info->dlpi_adds;
	changes->unloaded = info->dlpi_subs;
	return 1;
}

struct tap_changes tap_changes(void)
{
	struct tap_changes changes = {0};

	dl_iterate_phdr(count, &changes);
	return changes;
}

bool tap_hold(struct tap_hold *hold, const char *path, const ElfW(Dyn) * dynamic)
{
	struct link_map *map = NULL;

	hold->handle = tap_real_dlopen(*path ? path : NULL, RTLD_LAZY | RTLD_NOLOAD);
	/* Another object may bear that name by now. */
	if (hold->handle && !dlinfo(hold->handle, RTLD_DI_LINKMAP, &map) && map && map->l_ld == dynamic) {
		hold->map = map;
		return true;
	}
	if (hold->handle)
		tap_real_dlclose(hold->handle);
	else
		dlerror(); /* what failed here is not for the host to see */
	return false;
}

void tap_let_go(const struct tap_hold *hold)
{
	tap_real_dlclose(hold->handle);
}
