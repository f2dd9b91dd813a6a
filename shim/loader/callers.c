/* SPDX-License-Identifier: MIT */
/*
 * The objects that call us, by where they lie, with what was found for them.
 *
 * What was found holds while nothing is unloaded: tap_generation tells. Entries are never freed, since a
 * thread may be using one; they are taken up again when the same object comes back to the same place.
 */
#include "shim/loader/callers.h"

#include "shim/core/text.h"
#include "shim/loader/elf.h"
#include "shim/loader/objects.h"
#include "trace/unconst.h"

#include <string.h>
#include <sys/mman.h>

unsigned tap_generation = 1;

static unsigned unloading;	   /* dlcloses under way */
static struct tap_caller *callers; /* a list that only grows at its head */

struct tap_caller *tap_new_caller(void)
{
	/* The first few cost no system call: a program may have forbidden itself those before its first call
	 * to us. */
	static struct tap_caller first[16];
	static unsigned used;
	unsigned at = __atomic_load_n(&used, __ATOMIC_RELAXED);
	void *room;

	while (at < sizeof(first) / sizeof(first[0]))
		if (__atomic_compare_exchange_n(&used, &at, at + 1, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return &first[at];
	/* Room that is never given back, by pages: an entry is made once for each object that calls. */
	room = mmap(NULL, sizeof(struct tap_caller), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	return room == MAP_FAILED ? NULL : room;
}

static struct tap_caller *find_caller(uintptr_t address, unsigned generation)
{
	struct tap_caller *c = __atomic_load_n(&callers, __ATOMIC_ACQUIRE);

	for (; c; c = c->next)
		if (address - c->start < c->size && c->generation == generation)
			return c;
	return NULL;
}

/* An entry of an object that can be taken up for this one, which lies at its place and bears its name. */
static struct tap_caller *stale_caller(uintptr_t start, uintptr_t size, const char *name)
{
	struct tap_caller *c = __atomic_load_n(&callers, __ATOMIC_ACQUIRE);

	for (; c; c = c->next)
		if (c->start == start && c->size == size && !strncmp(c->name, name, sizeof(c->name) - 1))
			return c;
	return NULL;
}

static struct tap_caller *enter_caller(struct tap_caller *c)
{
	struct tap_caller *head = __atomic_load_n(&callers, __ATOMIC_ACQUIRE);

	do
		c->next = head;
	while (!__atomic_compare_exchange_n(&callers, &head, c, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	return c;
}

struct link_map *tap_map_of(const struct tap_caller *c)
{
	struct dl_find_object found;

	return c->size && !_dl_find_object((void *)c->start, &found) ? found.dlfo_link_map : NULL;
}

/* --- is what was found still there? --- */

#define STALE 32 /* looked for in one walk: all of a library's would not fit on a small stack */

struct stale {
	struct {
		unsigned id;
		void *address;
	} left[STALE]; /* not met yet */
	size_t count;
};

static bool strike_out(const struct tap_object *o, void *data)
{
	struct stale *stale = data;

	for (size_t i = 0; i < stale->count;) {
		uintptr_t at = (uintptr_t)stale->left[i].address;

		if (at >= o->start && at < o->end &&
		    tap_elf_definition(o->bias, o->dynamic, tap_call_name(stale->left[i].id)) ==
			    stale->left[i].address)
			stale->left[i] = stale->left[--stale->count];
		else
			i++;
	}
	return !stale->count;
}

static void drop(void *functions[TAP_IDS], struct stale *stale)
{
	if (!stale->count || tap_walk(strike_out, stale))
		return;
	for (size_t i = 0; i < stale->count; i++)
		__atomic_compare_exchange_n(&functions[stale->left[i].id], &stale->left[i].address, NULL,
					    false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

void tap_drop_stale(void *functions[TAP_IDS])
{
	struct stale stale;

	for (unsigned id = 0; id < TAP_IDS;) {
		for (stale.count = 0; id < TAP_IDS && stale.count < STALE; id++) {
			void *address = __atomic_load_n(&functions[id], __ATOMIC_RELAXED);

			if (address) {
				stale.left[stale.count].id = id;
				stale.left[stale.count++].address = address;
			}
		}
		drop(functions, &stale);
	}
}

void tap_forget_real(struct tap_caller *caller)
{
	for (unsigned id = 0; id < TAP_IDS; id++)
		__atomic_store_n(&caller->real[id], NULL, __ATOMIC_RELAXED);
}

void tap_renew_caller(struct tap_caller *caller)
{
	unsigned generation = __atomic_load_n(&tap_generation, __ATOMIC_ACQUIRE);

	if (caller->generation == generation)
		return;
	/* Not looked up anew: this may be a thread that must not wait for the loader. */
	tap_drop_stale(caller->real);
	if (!__atomic_load_n(&unloading, __ATOMIC_ACQUIRE))
		__atomic_store_n(&caller->generation, generation, __ATOMIC_RELEASE);
}

/* --- the entry of an address --- */

struct tap_caller *tap_caller_at(uintptr_t start, uintptr_t size, const char *name)
{
	struct tap_caller *c = stale_caller(start, size, name);
	unsigned generation = __atomic_load_n(&tap_generation, __ATOMIC_ACQUIRE);

	if (c) {
		tap_renew_caller(c);
		return c;
	}
	c = tap_new_caller();
	if (!c)
		return NULL;
	c->start = start;
	c->size = size;
	tap_copy(c->name, sizeof(c->name), name);
	if (!__atomic_load_n(&unloading, __ATOMIC_ACQUIRE))
		c->generation = generation;
	return enter_caller(c);
}

struct tap_caller *tap_caller_of(const void *address)
{
	struct tap_caller *c =
		find_caller((uintptr_t)address, __atomic_load_n(&tap_generation, __ATOMIC_ACQUIRE));
	struct dl_find_object found;
	uintptr_t start;

	if (c)
		return c;
	if (!_dl_find_object(TR_UNCONST(address), &found)) {
		start = (uintptr_t)found.dlfo_map_start;
		return tap_caller_at(start, (uintptr_t)found.dlfo_map_end - start,
				     found.dlfo_link_map->l_name);
	}
	/* Code that was made at run time: one page of it stands for itself. */
	return tap_caller_at((uintptr_t)address & ~(uintptr_t)4095, 4096, "");
}

/* --- unloading --- */

void tap_unloading_begins(void)
{
	__atomic_add_fetch(&unloading, 1, __ATOMIC_ACQ_REL);
	__atomic_add_fetch(&tap_generation, 1, __ATOMIC_ACQ_REL);
}

static bool is_gone(const struct tap_caller *c)
{
	struct dl_find_object found;

	return _dl_find_object((void *)c->start, &found);
}

void tap_unannounce(void)
{
	struct tap_caller *c = __atomic_load_n(&callers, __ATOMIC_ACQUIRE);

	for (; c; c = c->next)
		__atomic_store_n(&c->announced, false, __ATOMIC_RELEASE);
}

void tap_unloading_ended(void)
{
	/* What comes back to the same place may come otherwise. */
	for (struct tap_caller *c = __atomic_load_n(&callers, __ATOMIC_ACQUIRE); c; c = c->next)
		if (is_gone(c))
			c->deepbind = c->mechanism = false;
	__atomic_add_fetch(&tap_generation, 1, __ATOMIC_ACQ_REL);
	__atomic_sub_fetch(&unloading, 1, __ATOMIC_ACQ_REL);
}
