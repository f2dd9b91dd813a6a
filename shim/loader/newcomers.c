/* SPDX-License-Identifier: MIT */
/*
 * What a dlopen brought. A plugin loaded with RTLD_DEEPBIND binds to its own libraries first and would pass
 * us by. Stripping the flag would change the program; so once the loader is done with it, its slots for our
 * names are made to hold our wrappers, and the wrappers know to look in the plugin's own scope first.
 *
 * The end of a dlopen is not seen, since it is handed on: what has come is looked for at the next call of the
 * loader's. Which objects are new is told by comparing values; each is held while it is worked on.
 */
#include "shim/loader/newcomers.h"

#include "shim/core/lock.h"
#include "shim/core/text.h"
#include "shim/loader/elf.h"
#include "shim/loader/loader.h"
#include "shim/loader/objects.h"
#include "shim/loader/pointers.h"
#include "shim/loader/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define BATCH 8 /* newcomers worked on between two walks */

struct newcomer {
	const ElfW(Dyn) * dynamic;
	char path[512];
};

/* Guarded by `holder`. */
static struct {
	const ElfW(Dyn) * *list; /* the objects known so far, in the loader's order */
	size_t count, room;
	struct tap_changes at; /* when it was taken */
	bool unfinished;       /* there was one that the loader was still at work on */
} seen;
static bool deepbind;		    /* one with RTLD_DEEPBIND may be under way ... */
static const void *deepbind_thread; /* ... on this thread, */
static uintptr_t deepbind_frame;    /* below this place of its stack */
static pid_t holder;		    /* the process whose thread is at it; never waited for */
static __thread char this_thread;

/* A child does not inherit the thread that was at it. */
static bool enter(void)
{
	pid_t self = (pid_t)tap_process(), none = 0;

	while (!__atomic_compare_exchange_n(&holder, &none, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		if (none == self)
			return false;
	return true;
}

static void leave(void)
{
	__atomic_store_n(&holder, 0, __ATOMIC_RELEASE);
}

/* --- which are new --- */

enum purpose { TAKE, ALL_KNOWN, ONLY_GONE };

struct comparison {
	enum purpose purpose;
	size_t next; /* the first of the old list that was not met */
	const ElfW(Dyn) * *list;
	size_t count, room;
	bool unfinished, deepbind;
	struct newcomer batch[BATCH];
	size_t found;
	bool more;
};

static bool any_reference(const struct tap_reference *reference, void *data)
{
	(void)reference, (void)data;
	return true;
}

static bool was_seen(struct comparison *c, const ElfW(Dyn) * dynamic)
{
	for (size_t i = c->next; i < seen.count; i++) {
		if (seen.list[i] != dynamic)
			continue;
		c->next = i + 1;
		return true;
	}
	return false;
}

/* False: it stays unknown until the next walk. */
static bool take(struct comparison *c, const struct tap_object *o)
{
	struct newcomer *n = &c->batch[c->found];

	if (!c->deepbind && !tap_elf_references(o->bias, o->dynamic, any_reference, NULL))
		return true;
	c->more = c->found == BATCH;
	if (c->more)
		return false;
	n->dynamic = o->dynamic;
	tap_copy(n->path, sizeof(n->path), o->path);
	c->found++;
	return true;
}

static bool compare(const struct tap_object *o, void *data)
{
	struct comparison *c = data;
	struct dl_find_object found;
	bool known = was_seen(c, o->dynamic);

	if (!known && c->purpose != ONLY_GONE) {
		/* It is on the list before it is relocated: then what we stored would be overwritten. */
		if (_dl_find_object((void *)o->dynamic, &found))
			c->unfinished = true;
		else
			known = c->purpose == ALL_KNOWN || take(c, o);
	}
	if (known && c->count < c->room)
		c->list[c->count++] = o->dynamic;
	return false;
}

static void look(struct comparison *c)
{
	struct tap_changes now = tap_changes();
	size_t room = (size_t)(now.loaded - now.unloaded) + 64, bytes = room * sizeof(*c->list);

	c->list = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c->list == MAP_FAILED)
		return;
	c->room = room;
	tap_walk(compare, c);
	if (seen.list)
		munmap(seen.list, seen.room * sizeof(*seen.list));
	seen.list = c->list;
	seen.count = c->count;
	seen.room = room;
	seen.unfinished = c->purpose == ONLY_GONE ? true : c->unfinished || c->more;
	seen.at = now;
}

/* --- pointing them at us --- */

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
	const struct tap_hold *hold = data;
	const struct link_map *map = hold->map;
	struct tap_caller *caller = tap_caller_of(map->l_ld);
	void *real, *pointer;

	if (!caller || tap_elf_definition(map->l_addr, map->l_ld, tap_call_name(reference->call)))
		return false; /* a provider's own internal slots are left alone */
	real = tap_other(caller, reference->call);
	pointer = real ? tap_pointer(reference->call, real) : tap_wrapper(reference->call);
	if (caller->deepbind || pointer != tap_wrapper(reference->call))
		tap_point_slot(reference->slot, pointer);
	return false;
}

static void point(const struct newcomer *n, bool deep)
{
	struct tap_caller *caller;
	struct tap_hold hold;

	if (!*n->path || !tap_hold(&hold, n->path, n->dynamic))
		return;
	caller = tap_caller_of(n->dynamic);
	if (caller && caller->deepbind != deep) {
		caller->deepbind = deep;
		tap_forget_real(caller);
	}
	tap_elf_references(hold.map->l_addr, hold.map->l_ld, point_reference, &hold);
	tap_let_go(&hold);
}

/* --- when --- */

static bool has_changed(void)
{
	struct tap_changes now = tap_changes();

	return seen.unfinished || now.loaded != seen.at.loaded || now.unloaded != seen.at.unloaded;
}

void tap_dlopen_begins(bool deep)
{
	int saved = errno;

	if (!enter())
		return;
	if (!tap_dlopen_seen) {
		struct comparison c = {.purpose = ALL_KNOWN};

		look(&c);
		tap_dlopen_seen = true;
	}
	if (deep) {
		deepbind_thread = &this_thread;
		deepbind_frame = (uintptr_t)__builtin_frame_address(0);
	}
	/* One that this thread began before is over, or all it brought was taken before its constructors ran.
	 */
	if (deep || deepbind_thread == &this_thread)
		deepbind = deep;
	leave();
	errno = saved;
}

/* A constructor of the plugin's calls from far below its dlopen, another function of the loader's from
 * beside. */
static bool deepbind_is_over(void)
{
	return deepbind_thread == &this_thread &&
	       (uintptr_t)__builtin_frame_address(0) + 512 > deepbind_frame;
}

void tap_dlopen_ended(void)
{
	int saved = errno;
	bool more;

	if (__builtin_expect(!tap_dlopen_seen, 1) || !enter())
		return;
	if (has_changed()) {
		bool deep = deepbind;

		do {
			struct comparison c = {.purpose = TAKE, .deepbind = deep};

			look(&c);
			for (size_t i = 0; i < c.found; i++)
				point(&c.batch[i], deep);
			more = c.more && c.found;
		} while (more);
	}
	if (deepbind && deepbind_is_over())
		deepbind = false;
	leave();
	errno = saved;
}

/* What comes to lie at an unloaded object's place is another. */
void tap_dlclose_ended(void)
{
	struct comparison c = {.purpose = ONLY_GONE};

	if (!tap_dlopen_seen || !enter())
		return;
	look(&c);
	leave();
}
