/* SPDX-License-Identifier: MIT */
/*
 * What a dlopen brought. A plugin loaded with RTLD_DEEPBIND binds to its own libraries first and would pass
 * us by. Stripping the flag would change the program; so once the loader is done with it, its slots for our
 * names are made to hold our wrappers, and the wrappers know to look in the plugin's own scope first.
 *
 * The end of a dlopen is not seen, since it is handed on: what has come (known.h) is looked for at the next
 * call of the loader's. Each object is held while it is worked on. That may wait for a constructor, and so
 * nothing is locked then: who comes meanwhile finds the same objects, and does the same to them.
 */
#include "shim/loader/newcomers.h"

#include "shim/loader/elf.h"
#include "shim/loader/known.h"
#include "shim/loader/loader.h"
#include "shim/loader/objects.h"
#include "shim/loader/pointers.h"
#include "shim/loader/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* Guarded by tap_known_enter. */
static bool deepbind;		    /* one with RTLD_DEEPBIND may be under way ... */
static const void *deepbind_thread; /* ... on this thread, */
static uintptr_t deepbind_frame;    /* below this place of its stack */
static __thread char this_thread;

#define ROUNDS 100

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

/* Where a libzmq shows itself that an object has inside (shim/wire/within.c). */
static void point_pollers(const struct link_map *map)
{
	static const char *const pollers[] = {"epoll_create1", "epoll_create"};
	struct dl_find_object own;

	if (_dl_find_object((void *)point_pollers, &own))
		return;
	for (size_t i = 0; i < sizeof(pollers) / sizeof(pollers[0]); i++) {
		void **slot = tap_elf_slot(map->l_addr, map->l_ld, pollers[i]);
		void *wrapper =
			tap_elf_definition(own.dlfo_link_map->l_addr, own.dlfo_link_map->l_ld, pollers[i]);

		if (slot && wrapper)
			tap_point_slot(slot, wrapper);
	}
}

static void point(const struct tap_newcomer *n, bool deep)
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
	if (deep)
		point_pollers(hold.map);
	tap_let_go(&hold);
}

void tap_dlopen_begins(bool deep)
{
	int saved = errno;

	if (!tap_known_enter())
		return;
	if (!tap_dlopen_seen) {
		struct tap_comparison c = {.purpose = TAP_ALL_KNOWN};

		tap_known_look(&c);
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
	tap_known_leave();
	errno = saved;
}

/* A constructor of the plugin's calls from far below its dlopen, another function of the loader's from
 * beside. */
static bool deepbind_is_over(void)
{
	return deepbind_thread == &this_thread &&
	       (uintptr_t)__builtin_frame_address(0) + 512 > deepbind_frame;
}

/* Until there are none, not for ever: others may load and unload all the time. */
static void take_newcomers(bool over)
{
	const size_t room = TAP_NEWCOMERS * sizeof(struct tap_newcomer);
	void *many = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool one_by_one = many == MAP_FAILED; /* a host without memory is not passed by */
	struct tap_newcomer one;
	struct tap_comparison c = {.purpose = TAP_TAKE,
				   .batch = one_by_one ? &one : many,
				   .room = one_by_one ? 1 : TAP_NEWCOMERS};

	for (unsigned rounds = 0; rounds < ROUNDS && tap_known_enter(); rounds++) {
		c.deepbind = deepbind;
		tap_known_look(&c);
		if (!c.found && over)
			deepbind = false;
		tap_known_leave();
		if (!c.found)
			break;
		for (size_t i = 0; i < c.found; i++)
			point(&c.batch[i], c.deepbind);
	}
	if (!one_by_one)
		munmap(many, room);
}

void tap_dlopen_ended(void)
{
	int saved = errno;
	bool over;

	if (__builtin_expect(!tap_dlopen_seen, 1))
		return;
	over = deepbind && deepbind_is_over();
	if (over || tap_known_has_changed())
		take_newcomers(over);
	errno = saved;
}

/* What comes to lie at an unloaded object's place is another. */
void tap_dlclose_ended(void)
{
	struct tap_comparison c = {.purpose = TAP_ONLY_GONE};

	if (!tap_dlopen_seen || !tap_known_enter())
		return;
	tap_known_look(&c);
	tap_known_leave();
}
