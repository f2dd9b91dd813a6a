/* SPDX-License-Identifier: MIT */
/*
 * See known.h: a list of addresses in the loader's order, compared with the loader's own within a walk. A
 * fork may come between any two stores: what a child finds is a whole list, at worst an old one.
 */
#include "shim/loader/known.h"

#include "shim/core/lock.h"
#include "shim/core/text.h"
#include "shim/loader/elf.h"
#include "shim/loader/list_lock.h"
#include "shim/loader/loader.h"
#include "shim/loader/objects.h"
#include "trace/unconst.h"
#include "trace/writer.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

static struct tap_lock lock;
static sigset_t signals; /* the mask of who holds it: a handler that left by longjmp would leave it locked */
static bool holds_signals;
/* Guarded by it; the last two are read without. */
static struct tap_known *known;
static struct tap_changes at; /* when it was taken */
static bool unfinished;	      /* there was one that the loader, or we, were still at work on */

bool tap_known_enter(void)
{
	bool holds = !tr_confined;
	sigset_t all, before;

	/* Who is at it may wait for the list that we have locked. */
	if (tap_list_is_ours())
		return false;
	sigfillset(&all);
	if (holds)
		pthread_sigmask(SIG_SETMASK, &all, &before);
	if (tap_lock(&lock)) {
		holds_signals = holds;
		if (holds)
			signals = before;
		return true;
	}
	if (holds)
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	return false;
}

void tap_known_leave(void)
{
	bool held = holds_signals;
	sigset_t before = signals;

	tap_unlock(&lock);
	if (held)
		pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static bool any_reference(const struct tap_reference *reference, void *data)
{
	(void)reference, (void)data;
	return true;
}

static bool was_seen(struct tap_comparison *c, const ElfW(Dyn) * dynamic)
{
	for (size_t i = c->next; known && i < known->count; i++) {
		if (known->list[i] != dynamic)
			continue;
		c->next = i + 1;
		return true;
	}
	return false;
}

/* Another may lie at the place of one that was unloaded meanwhile. */
static bool is_done(const struct tap_comparison *c, const struct tap_object *o)
{
	for (size_t i = 0; i < c->done_count; i++)
		if (c->done[i] == o->dynamic)
			return c->unloaded == o->unloaded;
	return false;
}

/* False: it stays unknown until it was worked on. */
static bool take(struct tap_comparison *c, const struct tap_object *o)
{
	struct tap_newcomer *n = &c->batch[c->found];

	if (!c->deepbind && !tap_elf_references(o->bias, o->dynamic, any_reference, NULL))
		return true;
	if (c->found == c->room)
		return false;
	n->dynamic = o->dynamic;
	tap_copy(n->path, sizeof(n->path), o->path);
	c->found++;
	return false;
}

static bool compare(const struct tap_object *o, void *data)
{
	struct tap_comparison *c = data;
	struct dl_find_object found;
	bool is_known = was_seen(c, o->dynamic);

	if (!is_known && c->purpose != TAP_ONLY_GONE) {
		/* It is on the list before it is relocated: then what we stored would be overwritten. */
		if (_dl_find_object(TR_UNCONST(o->dynamic), &found))
			c->unfinished = true;
		else
			is_known = c->purpose == TAP_ALL_KNOWN || is_done(c, o) || take(c, o);
	}
	if (is_known && c->list->count < c->list->room)
		c->list->list[c->list->count++] = o->dynamic;
	c->met = o->unloaded;
	return false;
}

/* For a host without memory: two, since the one that is read stays whole until the next is. */
#define RESERVE 1024
static union {
	struct tap_known list;
	char bytes[sizeof(struct tap_known) + RESERVE * sizeof(void *)];
} reserves[2];

static struct tap_known *new_list(size_t room)
{
	struct tap_known *list = mmap(NULL, sizeof(*list) + room * sizeof(list->list[0]),
				      PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (list == MAP_FAILED) {
		list = &reserves[known == &reserves[0].list].list;
		room = RESERVE;
	}
	list->room = room;
	list->count = 0;
	return list;
}

static void unmap(struct tap_known *list)
{
	if (list == &reserves[0].list || list == &reserves[1].list)
		return;
	munmap(list, sizeof(*list) + list->room * sizeof(list->list[0]));
}

static void begin(struct tap_comparison *c)
{
	c->done_count = c->found;
	for (size_t i = 0; i < c->found; i++)
		c->done[i] = c->batch[i].dynamic;
	c->unloaded = c->met;
	c->next = c->found = 0;
	c->unfinished = false;
}

void tap_known_look(struct tap_comparison *c)
{
	struct tap_changes now = tap_changes();
	size_t room = (size_t)(now.loaded - now.unloaded) + 64;
	struct tap_known *old = known;

	begin(c);
	c->list = new_list(room);
	tap_walk(compare, c);
	__atomic_store_n(&unfinished, true, __ATOMIC_RELEASE);
	__atomic_store_n(&known, c->list, __ATOMIC_RELEASE);
	__atomic_store_n(&at.loaded, now.loaded, __ATOMIC_RELEASE);
	__atomic_store_n(&at.unloaded, now.unloaded, __ATOMIC_RELEASE);
	if (c->purpose != TAP_ONLY_GONE && !c->unfinished && !c->found)
		__atomic_store_n(&unfinished, false, __ATOMIC_RELEASE);
	if (old)
		unmap(old);
}

bool tap_known_has_changed(void)
{
	struct tap_changes now = tap_changes();

	return now.loaded != __atomic_load_n(&at.loaded, __ATOMIC_ACQUIRE) ||
	       now.unloaded != __atomic_load_n(&at.unloaded, __ATOMIC_ACQUIRE) ||
	       __atomic_load_n(&unfinished, __ATOMIC_ACQUIRE);
}

bool tap_is_known(const ElfW(Dyn) * dynamic)
{
	for (size_t i = 0; known && i < known->count; i++)
		if (known->list[i] == dynamic)
			return true;
	return !tap_dlopen_seen;
}
