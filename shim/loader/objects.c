/* SPDX-License-Identifier: MIT */
/* Walking the loader's list, and holding what is in it; see objects.h. */
#include "shim/loader/objects.h"

#include "shim/loader/list_lock.h"
#include "shim/loader/next.h"
#include "trace/writer.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

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
			       .unloaded = info->dlpi_subs,
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

/* Where the ELF header is, the program's are. */
static void find_headers(struct tap_object *o)
{
	const ElfW(Ehdr) *header = (const void *)o->start;
	size_t room = o->end - o->start;

	if (room < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) || header->e_phoff > 4096 ||
	    header->e_phoff + header->e_phnum * sizeof(ElfW(Phdr)) > room)
		return;
	o->headers = (const void *)(o->start + header->e_phoff);
	o->header_count = header->e_phnum;
}

/* The loader gives an object's memory back before it forgets it. */
static bool is_mapped(const struct tap_object *o)
{
	unsigned char page;

	return !mincore((void *)o->start, 1, &page);
}

/*
 * Of a list that stays as the fork found it. An object that was being loaded is on it, but not yet known to
 * _dl_find_object. Under a filter there is no asking what is mapped: then it is not walked.
 */
static bool walk_left(const struct walk *walk)
{
	struct dl_find_object found;
	struct link_map *map =
		tr_confined || _dl_find_object((void *)walk_left, &found) ? NULL : found.dlfo_link_map;
	int saved = errno;
	bool stopped = false;

	while (map && map->l_prev)
		map = map->l_prev;
	for (; map && !stopped; map = map->l_next) {
		struct tap_object o = {.bias = map->l_addr, .dynamic = map->l_ld, .path = map->l_name};

		if (_dl_find_object(map->l_ld, &found) || found.dlfo_link_map != map)
			continue;
		o.start = (uintptr_t)found.dlfo_map_start;
		o.end = (uintptr_t)found.dlfo_map_end;
		if (!is_mapped(&o))
			continue;
		find_headers(&o);
		stopped = walk->each(&o, walk->data);
	}
	errno = saved;
	return stopped;
}

bool tap_walk(bool (*each)(const struct tap_object *object, void *data), void *data)
{
	struct walk walk = {.each = each, .data = data};

	return tap_list_is_left() ? walk_left(&walk) : dl_iterate_phdr(visit, &walk);
}

static int count(struct dl_phdr_info *info, size_t size, void *data)
{
	struct tap_changes *changes = data;

	(void)size;
	changes->loaded = info->dlpi_adds;
	changes->unloaded = info->dlpi_subs;
	return 1;
}

static bool count_left(const struct tap_object *object, void *data)
{
	struct tap_changes *changes = data;

	(void)object;
	changes->loaded++;
	return false;
}

struct tap_changes tap_changes(void)
{
	struct tap_changes changes = {0};

	if (tap_list_is_left())
		tap_walk(count_left, &changes);
	else
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
