/* SPDX-License-Identifier: MIT */
/*
 * The objects of the process: described in the trace (who runs, with which libraries, which of them reach
 * us), and, for plugins loaded with RTLD_DEEPBIND, pointed at us.
 *
 * A DEEPBIND plugin binds to its own libraries first and would pass us by. Stripping the flag would change
 * the program; so once the loader is done with it, its slots for our names are made to hold our wrappers, and
 * the wrappers know to look in the plugin's own scope first.
 */
#include "shim/core/tap.h"
#include "shim/loader/elf.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#define OBJECTS 1024

struct object {
	uintptr_t bias, start, end;
	const ElfW(Dyn) * dynamic;
	const uint8_t *build_id;
	size_t build_id_length;
	char name[240];
};

struct objects {
	size_t count;
	unsigned long long adds;
	struct object object[OBJECTS];
};

static void read_notes(struct object *o, const char *at, size_t size)
{
	while (size >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const void *)at;
		size_t name = (note->n_namesz + 3u) & ~3u,
		       whole = sizeof(*note) + name + ((note->n_descsz + 3u) & ~3u);

		if (whole > size)
			return;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(note + 1, "GNU", 4)) {
			o->build_id = (const uint8_t *)(note + 1) + name;
			o->build_id_length = note->n_descsz;
		}
		at += whole;
		size -= whole;
	}
}

/* Collects only: whatever calls into the loader has to wait until its lock is free. */
static int collect(struct dl_phdr_info *info, size_t size, void *data)
{
	struct objects *all = data;
	struct object *o = &all->object[all->count];

	(void)size;
	all->adds = info->dlpi_adds;
	if (all->count == OBJECTS)
		return 0;
	memset(o, 0, sizeof(*o));
	o->bias = info->dlpi_addr;
	o->start = UINTPTR_MAX;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD) {
			if (at < o->start)
				o->start = at & ~(uintptr_t)4095;
			if (at + p->p_memsz > o->end)
				o->end = at + p->p_memsz;
		} else if (p->p_type == PT_DYNAMIC) {
			o->dynamic = (const void *)at;
		} else if (p->p_type == PT_NOTE) {
			read_notes(o, (const char *)at, p->p_memsz);
		}
	}
	tap_copy(o->name, sizeof(o->name), info->dlpi_name);
	if (o->dynamic)
		all->count++;
	return 0;
}

static struct objects *take_objects(void)
{
	struct objects *all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (all == MAP_FAILED)
		return NULL;
	dl_iterate_phdr(collect, all);
	return all;
}

static void drop_objects(struct objects *all)
{
	munmap(all, sizeof(*all));
}

/* --- what a dlopen brought
 * ---------------------------------------------------------------------------------------- */

#define NEW_OBJECTS 64

static pthread_mutex_t dlopen_lock = PTHREAD_MUTEX_INITIALIZER;
static struct link_map
	*last_before;	     /* the last object when the dlopen that is under way began; NULL: none is */
static bool before_deepbind; /* its flag */
static struct {
	uintptr_t start, end;
} deepbound[64];
static size_t deepbound_count;

bool tap_is_deepbind(uintptr_t address)
{
	for (size_t i = 0; i < __atomic_load_n(&deepbound_count, __ATOMIC_ACQUIRE); i++)
		if (address >= deepbound[i].start && address < deepbound[i].end)
			return true;
	return false;
}

/* The loader appends to its list; it is looked at under the loader's own lock, which dl_iterate_phdr takes.
 */
static int find_last(struct dl_phdr_info *info, size_t size, void *data)
{
	struct link_map **last = data;

	(void)info, (void)size;
	while ((*last)->l_next)
		*last = (*last)->l_next;
	return 1;
}

struct newcomers {
	struct link_map *after;
	struct link_map *map[NEW_OBJECTS];
	size_t count;
};

static int find_new(struct dl_phdr_info *info, size_t size, void *data)
{
	struct newcomers *new = data;

	(void)info, (void)size;
	for (struct link_map *map = new->after->l_next; map &&new->count < NEW_OBJECTS; map = map->l_next)
		new->map[new->count++] = map;
	return 1;
}

void tap_dlopen_begins(bool deepbind)
{
	struct dl_find_object found;
	int saved = errno;

	if (!pthread_mutex_trylock(&dlopen_lock)) {
		if (!last_before && !_dl_find_object((void *)tap_dlopen_begins, &found)) {
			struct link_map *last = found.dlfo_link_map;

			dl_iterate_phdr(find_last, &last);
			before_deepbind = deepbind;
			__atomic_store_n(&last_before, last, __ATOMIC_RELEASE);
		}
		pthread_mutex_unlock(&dlopen_lock);
	}
	errno = saved;
}

/* Stores into a slot that RELRO may have made read-only; its page stays writable, as it was before RELRO. */
void tap_point_slot(void **slot, void *to)
{
	uintptr_t page = (uintptr_t)slot & ~(uintptr_t)4095;

	if (*slot == to)
		return;
	if (!mprotect((void *)page, 4096, PROT_READ | PROT_WRITE))
		__atomic_store_n(slot, to, __ATOMIC_RELEASE);
}

/*
 * A slot is left to the loader where our wrapper finds the library by itself. It does not for a plugin whose
 * library is not in the global scope when there is another of its kind: a tail call does not even show the
 * plugin. Then the slot gets a stub.
 */
static bool point_reference(const struct tap_reference *reference, void *data)
{
	const struct link_map *map = data;
	const struct tap_caller *caller = tap_caller_of(map->l_ld);
	struct tap_scope scope = {.caller = caller};
	void *real, *pointer;

	if (!caller || tap_elf_definition(map->l_addr, map->l_ld, tap_call_name(reference->call)))
		return false; /* a provider's own internal slots are left alone */
	real = tap_other(&scope, reference->call);
	pointer = real ? tap_pointer(reference->call, real) : tap_wrapper(reference->call);
	if (caller->deepbind || pointer != tap_wrapper(reference->call))
		tap_point_slot(reference->slot, pointer);
	return false;
}

static void remember_deepbind(const struct link_map *map)
{
	struct dl_find_object found;

	if (deepbound_count == sizeof(deepbound) / sizeof(deepbound[0]) || _dl_find_object(map->l_ld, &found))
		return;
	deepbound[deepbound_count].start = (uintptr_t)found.dlfo_map_start;
	deepbound[deepbound_count].end = (uintptr_t)found.dlfo_map_end;
	__atomic_add_fetch(&deepbound_count, 1, __ATOMIC_RELEASE);
}

/* What is new since it began is the plugin and what came with it. Nothing yet: it is still under way. */
void tap_dlopen_ended(void)
{
	struct newcomers new = {.count = 0};
	int saved = errno;

	if (__builtin_expect(!__atomic_load_n(&last_before, __ATOMIC_ACQUIRE), 1) ||
	    pthread_mutex_trylock(&dlopen_lock))
		return;
	new.after = last_before;
	if (new.after)
		dl_iterate_phdr(find_new, &new);
	if (new.count)
		__atomic_store_n(&last_before, NULL, __ATOMIC_RELEASE);
	for (size_t i = 0; i < new.count; i++) {
		if (before_deepbind)
			remember_deepbind(new.map[i]);
		tap_elf_references(new.map[i]->l_addr, new.map[i]->l_ld, point_reference, new.map[i]);
	}
	pthread_mutex_unlock(&dlopen_lock);
	errno = saved;
}

/* --- what the trace says of them
 * ----------------------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void put_object(struct tr_draft *d, const struct object *o)
{
	const char *soname = tap_elf_soname(o->bias, o->dynamic);

	tr_put_text(d, TR_F_SONAME, soname ? soname : base_name(o->name));
	tr_put_text(d, TR_F_PATH, o->name);
	if (o->build_id)
		tr_put(d, TR_F_BUILD_ID, o->build_id, o->build_id_length);
	tr_put_u64(d, TR_F_BASE, o->start);
	tr_put_u64(d, TR_F_SIZE, o->end - o->start);
}

/* The program has no name of its own in the loader's list. */
static void name_program(struct objects *all)
{
	ssize_t n;

	if (all->count && !all->object[0].name[0]) {
		n = readlink("/proc/self/exe", all->object[0].name, sizeof(all->object[0].name) - 1);
		all->object[0].name[n > 0 ? n : 0] = 0;
	}
}

static void write_process(struct objects *all)
{
	static const char *const levels[] = TR_LEVEL_NAMES;
	struct tr_draft *d = tr_begin(TR_E_process);
	size_t room = 60000;
	struct utsname host;
	uint8_t *fields;

	if (!d)
		return;
	fields = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fields != MAP_FAILED) {
		d->fields = fields;
		d->size = room;
	}
	tr_put_text(d, TR_F_EXE, all->count ? all->object[0].name : "?");
	tr_put_text(d, TR_F_COMMAND, program_invocation_short_name);
	if (!uname(&host))
		tr_put_text(d, TR_F_HOST, host.nodename);
	tr_put_u32(d, TR_F_UID, (uint32_t)getuid());
	tr_put_u32(d, TR_F_PPID, (uint32_t)getppid());
	tr_put_text(d, TR_F_VERSION, "0.1.0");
	tr_put_text(d, TR_F_LEVEL, levels[tr_level]);
	for (size_t i = 0; i < all->count && d->size - d->used > 700; i++) {
		size_t mark = tr_group_begin(d, TR_F_LIBRARIES);

		put_object(d, &all->object[i]);
		tr_group_end(d, mark);
	}
	tr_commit(d);
	if (fields != MAP_FAILED)
		munmap(fields, room);
}

struct coverage {
	const struct object *object;
	unsigned calls, ours, elsewhere, unbound;
	unsigned sample; /* a call it refers to */
};

static bool count_reference(const struct tap_reference *reference, void *data)
{
	struct coverage *c = data;
	void *value = __atomic_load_n(reference->slot, __ATOMIC_RELAXED);

	c->calls++;
	if (!c->sample)
		c->sample = reference->call;
	if (value == tap_wrapper(reference->call))
		c->ours++;
	else if (reference->lazy && (uintptr_t)value >= c->object->start && (uintptr_t)value < c->object->end)
		c->unbound++;
	else
		c->elsewhere++;
	return false;
}

static const struct object *object_at(const struct objects *all, uintptr_t address)
{
	for (size_t i = 0; i < all->count; i++)
		if (address >= all->object[i].start && address < all->object[i].end)
			return &all->object[i];
	return NULL;
}

static void write_coverage(const struct objects *all, const struct object *o, void *real, const char *how,
			   bool reached)
{
	const struct object *library = object_at(all, (uintptr_t)real);
	struct tr_draft *d = tr_begin(TR_E_coverage);
	const char *soname;

	if (!d)
		return;
	tr_put_text(d, TR_F_OBJECT, o->name);
	if (library) {
		soname = tap_elf_soname(library->bias, library->dynamic);
		tr_put_text(d, TR_F_LIBRARY, soname ? soname : base_name(library->name));
	}
	tr_put_u32(d, TR_F_REACHED, reached);
	tr_put_text(d, TR_F_HOW, how);
	tr_commit(d);
}

/* What an object's slots say about its calls. The libraries themselves are told of, too: they call
 * themselves. */
static void cover(const struct objects *all, const struct object *o)
{
	struct coverage c = {.object = o};
	const struct tap_caller *caller;
	void *real = NULL;

	tap_elf_references(o->bias, o->dynamic, count_reference, &c);
	if (!c.calls)
		return;
	caller = tap_caller_of((void *)o->start);
	if (caller) {
		struct tap_scope scope = {.caller = caller};

		real = tap_other(&scope, c.sample);
		((struct tap_caller *)caller)->announced = true;
	}
	if (c.elsewhere && !c.ours && !c.unbound)
		write_coverage(all, o, real, "bound past us", false);
	else if (c.elsewhere)
		write_coverage(all, o, real, "some calls are bound past us", true);
	else
		write_coverage(all, o, real, tap_is_deepbind(o->start) ? "slots redirected" : "preload",
			       true);
}

void tap_first_event(void)
{
	struct objects *all = take_objects();

	if (!all)
		return;
	name_program(all);
	write_process(all);
	tap_policy_event();
	for (size_t i = 0; i < all->count; i++)
		cover(all, &all->object[i]);
	drop_objects(all);
}

/* An object that calls for the first time and was not there, or refers to nothing, when the trace began. */
void tap_announce(struct tap_caller *caller, void *real)
{
	struct objects *all;
	const struct object *o;
	struct coverage c = {0};
	struct tr_draft *d;
	int saved = errno;

	tr_ready(); /* the first event announces all objects that are there */
	if (__atomic_exchange_n(&caller->announced, true, __ATOMIC_ACQ_REL))
		return;
	all = take_objects();
	o = all ? object_at(all, caller->start) : NULL;
	if (o) {
		name_program(all);
		d = tr_begin(TR_E_library);
		if (d) {
			put_object(d, o);
			tr_commit(d);
		}
		c.object = o;
		tap_elf_references(o->bias, o->dynamic, count_reference, &c);
		write_coverage(all, o, real,
			       !c.calls		  ? "function pointer from dlsym"
			       : caller->deepbind ? "slots redirected"
						  : "preload",
			       true);
	}
	if (all)
		drop_objects(all);
	errno = saved;
}
