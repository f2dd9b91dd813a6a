/* SPDX-License-Identifier: MIT */
/* Takes a snapshot of the loaded objects; see snapshot.h. All is read within one walk. */
#include "shim/core/snapshot.h"

#include "shim/core/text.h"
#include "shim/exec/exec.h"
#include "shim/loader/callers.h"
#include "shim/loader/elf.h"
#include "shim/loader/objects.h"
#include "shim/loader/pointers.h"
#include "trace/unconst.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Every library of its kind defines this one, and nobody else: a mechanism plugin has no buffers of its own.
 */
static const char *const mark[TR_FAMILIES] = {
	[TR_FAMILY_gss] = "gss_release_buffer",
	[TR_FAMILY_zmq] = "zmq_close",
};

enum tr_family tap_family_of(unsigned call)
{
	static const uint8_t families[TAP_IDS] = {
#define CALL(id, family, purpose, name) [id] = TR_FAMILY_##family,
#include "trace/calls.def"
	};

	return families[call];
}

static void read_notes(struct tap_image *i, const char *at, size_t size)
{
	while (size >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const void *)at;
		size_t name = (note->n_namesz + 3u) & ~3u,
		       whole = sizeof(*note) + name + ((note->n_descsz + 3u) & ~3u);

		if (whole > size)
			return;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(note + 1, "GNU", 4) &&
		    note->n_descsz <= sizeof(i->build_id)) {
			i->build_id_length = note->n_descsz;
			memcpy(i->build_id, (const char *)(note + 1) + name, i->build_id_length);
		}
		at += whole;
		size -= whole;
	}
}

static bool count_reference(const struct tap_reference *reference, void *data)
{
	struct tap_image *i = data;
	struct tap_bindings *b = &i->family[tap_family_of(reference->call)];
	void *value = __atomic_load_n(reference->slot, __ATOMIC_RELAXED);
	enum tr_purpose purpose = tap_call_purpose(reference->call);

	/* What these tell is asked of the library where they do not reach us, or missed; of messages nothing
	 * is. */
	if (purpose == TR_PURPOSE_facts || purpose == TR_PURPOSE_lines || purpose == TR_PURPOSE_moves)
		return false;
	if (value == tap_wrapper(reference->call) || tap_is_stub(value)) {
		b->ours++;
	} else if (reference->lazy && (uintptr_t)value >= i->start && (uintptr_t)value < i->end) {
		b->unbound++;
	} else {
		b->elsewhere++;
		b->past_us = (uintptr_t)value;
	}
	return false;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_own(const struct tap_object *o)
{
	return (uintptr_t)mark >= o->start && (uintptr_t)mark < o->end;
}

/* The program has no name of its own in the loader's list. */
static void name_program(struct tap_image *i)
{
	ssize_t n;

	if (i->path[0])
		return;
	n = readlink("/proc/self/exe", i->path, sizeof(i->path) - 1);
	i->path[n > 0 ? n : 0] = 0;
}

static bool take(const struct tap_object *o, void *data)
{
	struct tap_snapshot *all = data;
	struct tap_image *i = &all->image[all->count];
	struct dl_find_object found;
	const char *soname;

	if (all->count == TAP_SNAPSHOT_MOST)
		return true;
	i->start = o->start;
	i->end = o->end;
	i->dynamic = o->dynamic;
	for (unsigned n = 0; n < o->header_count; n++)
		if (o->headers[n].p_type == PT_NOTE)
			read_notes(i, (const char *)o->bias + o->headers[n].p_vaddr, o->headers[n].p_memsz);
	tap_copy(i->path, sizeof(i->path), o->path);
	soname = tap_elf_soname(o->bias, o->dynamic);
	for (int f = 0; f < TR_FAMILIES && !is_own(o); f++)
		i->provides[f] = mark[f] && tap_elf_definition(o->bias, o->dynamic, mark[f]);
	/* One that the loader is still at work on holds nothing yet; it is told of when it calls. */
	if ((!all->only || (all->only >= o->start && all->only < o->end)) &&
	    !_dl_find_object(TR_UNCONST(o->dynamic), &found))
		tap_elf_references(o->bias, o->dynamic, count_reference, i);
	if (!all->count)
		name_program(i);
	tap_copy(i->soname, sizeof(i->soname), soname ? soname : base_name(i->path));
	all->count++;
	return false;
}

struct tap_snapshot *tap_snapshot(uintptr_t only)
{
	struct tap_snapshot *all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (all == MAP_FAILED)
		return NULL;
	all->only = only;
	if (!tap_exec_in_child()) {
		tap_walk(take, all);
	} else {
		/* Between fork and exec the loader's lock may be a thread's that is not there. Who calls
		 * afterwards, when the exec has failed, is announced then. */
		name_program(&all->image[0]);
		tap_unannounce();
	}
	return all;
}

void tap_snapshot_free(struct tap_snapshot *snapshot)
{
	munmap(snapshot, sizeof(*snapshot));
}

const struct tap_image *tap_image_at(const struct tap_snapshot *snapshot, uintptr_t address)
{
	for (size_t i = 0; i < snapshot->count; i++)
		if (address >= snapshot->image[i].start && address < snapshot->image[i].end)
			return &snapshot->image[i];
	return NULL;
}
