/* SPDX-License-Identifier: MIT */
/*
 * See known.h: a list of addresses in the loader's order, compared with the loader's own within a walk, and
 * who is at it.
 */
#include "shim/loader/known.h"

#include "shim/core/lock.h"
#include "shim/core/text.h"
#include "shim/loader/elf.h"
#include "shim/loader/loader.h"
#include "shim/loader/objects.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Guarded by `holder`. */
static struct {
	const ElfW(Dyn) * *list;
	size_t count, room;
	struct tap_changes at; /* when it was taken */
	bool unfinished;       /* there was one that the loader was still at work on */
} seen;
static pid_t holder;	     /* the process whose thread is at it */
static __thread bool inside; /* it is this very thread, further down on its stack */

#define YIELDS 100
#define NAPS 200 /* of 100 us */

bool tap_known_enter(void)
{
	static const struct timespec nap = {.tv_nsec = 100000};
	pid_t self = (pid_t)tap_process();

	for (unsigned tries = 0; tries < YIELDS + NAPS; tries++) {
		pid_t none = 0;

		if (__atomic_compare_exchange_n(&holder, &none, self, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED) ||
		    (none != self && __atomic_compare_exchange_n(&holder, &none, self, false,
								 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
			return inside = true;
		if (inside)
			return false;
		if (tries < YIELDS)
			syscall(SYS_sched_yield);
		else
			syscall(SYS_nanosleep, &nap, NULL);
	}
	return false;
}

void tap_known_leave(void)
{
	inside = false;
	__atomic_store_n(&holder, 0, __ATOMIC_RELEASE);
}

static bool any_reference(const struct tap_reference *reference, void *data)
{
	(void)reference, (void)data;
	return true;
}

static bool was_seen(struct tap_comparison *c, const ElfW(Dyn) * dynamic)
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
static bool take(struct tap_comparison *c, const struct tap_object *o)
{
	struct tap_newcomer *n = &c->batch[c->found];

	if (!c->deepbind && !tap_elf_references(o->bias, o->dynamic, any_reference, NULL))
		return true;
	c->more = c->found == TAP_NEWCOMERS;
	if (c->more)
		return false;
	n->dynamic = o->dynamic;
	tap_copy(n->path, sizeof(n->path), o->path);
	c->found++;
	return true;
}

static bool compare(const struct tap_object *o, void *data)
{
	struct tap_comparison *c = data;
	struct dl_find_object found;
	bool known = was_seen(c, o->dynamic);

	if (!known && c->purpose != TAP_ONLY_GONE) {
		/* It is on the list before it is relocated: then what we stored would be overwritten. */
		if (_dl_find_object((void *)o->dynamic, &found))
			c->unfinished = true;
		else
			known = c->purpose == TAP_ALL_KNOWN || take(c, o);
	}
	if (known && c->count < c->room)
		c->list[c->count++] = o->dynamic;
	return false;
}

void tap_known_look(struct tap_comparison *c)
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
	seen.unfinished = c->purpose == TAP_ONLY_GONE ? true : c->unfinished || c->more;
	seen.at = now;
}

bool tap_known_has_changed(void)
{
	struct tap_changes now = tap_changes();

	return seen.unfinished || now.loaded != seen.at.loaded || now.unloaded != seen.at.unloaded;
}

bool tap_is_newcomer(const ElfW(Dyn) * dynamic)
{
	bool is_new = __atomic_load_n(&tap_dlopen_seen, __ATOMIC_ACQUIRE);

	if (!is_new || !tap_known_enter())
		return is_new;
	for (size_t i = 0; is_new && i < seen.count; i++)
		is_new = seen.list[i] != dynamic;
	tap_known_leave();
	return is_new;
}
