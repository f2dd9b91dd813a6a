/* SPDX-License-Identifier: MIT */
/*
 * Finds a libzmq whose zmq_ calls do not come here. It makes its poller before any connection, so whoever
 * asks for one is looked at, once: an object holds libzmq when texts of libzmq's own lie in it. Its calls are
 * not seen when none is under way on this thread.
 *
 * Where the policy has no word about endpoints this is the real call alone.
 */
#include "shim/wire/slots.h"
#include "shim/wire/trusted.h"
#include "shim/wire/unseen.h"

#include "shim/core/snapshot.h"
#include "shim/core/start.h"
#include "shim/loader/callers.h"
#include "shim/loader/elf.h"
#include "shim/loader/next.h"
#include "shim/loader/objects.h"
#include "trace/unconst.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#define OBJECTS 64 /* that are remembered; others are looked at each time */

/* Its ZAP client's endpoint, which programs with a handler of their own have as well; and of zmq_strerror,
 * whose texts it needs for its own errors. */
#define ZAP "inproc://zeromq.zap.01"
#define EFSM_TEXT "Operation cannot be accomplished in current state"

static struct tap_lock lock;
static struct object {
	const ElfW(Dyn) * dynamic;
	uintptr_t start, end;
	unsigned generation; /* of tap_generation when it was found to hold none */
	bool holds, unseen;
} objects[OBJECTS];
static unsigned known;

TAP_EXPORT int epoll_create1(int flags);
TAP_EXPORT int epoll_create(int size);

static bool is_unseen(const ElfW(Dyn) * dynamic)
{
	unsigned count = __atomic_load_n(&known, __ATOMIC_ACQUIRE);

	for (unsigned i = 0; i < count; i++)
		if (objects[i].dynamic == dynamic && objects[i].unseen)
			return true;
	return false;
}

struct search {
	const ElfW(Dyn) * dynamic;
	bool zap, error;
};

static bool search(const struct tap_object *o, void *data)
{
	struct search *s = data;

	if (o->dynamic != s->dynamic)
		return false;
	for (unsigned i = 0; i < o->header_count; i++) {
		const ElfW(Phdr) *p = &o->headers[i];
		const char *at = (const char *)(o->bias + p->p_vaddr);

		/* Constants lie among code only where the link editor does not part them: all is one then. */
		if (p->p_type != PT_LOAD || !(p->p_flags & PF_R) || p->p_flags & PF_W ||
		    (p->p_flags & PF_X && p->p_offset))
			continue;
		s->zap |= memmem(at, p->p_filesz, ZAP, sizeof(ZAP)) != NULL;
		s->error |= memmem(at, p->p_filesz, EFSM_TEXT, sizeof(EFSM_TEXT)) != NULL;
	}
	return true;
}

static bool is_foreign(const struct tap_reference *reference, void *data)
{
	const struct link_map *map = data;

	return tap_family_of(reference->call) == TR_FAMILY_zmq &&
	       !tap_elf_definition(map->l_addr, map->l_ld, tap_call_name(reference->call));
}

static bool holds(const struct link_map *map)
{
	struct search s = {.dynamic = map->l_ld};

	/* Who has another's libzmq has none. */
	if (!tap_elf_slot(map->l_addr, map->l_ld, "connect") ||
	    tap_elf_references(map->l_addr, map->l_ld, is_foreign, TR_UNCONST(map)))
		return false;
	tap_walk(search, &s);
	return s.zap && s.error;
}

/* Another object may lie where one was unloaded; what held none is then looked at again. */
static struct object *find(const struct dl_find_object *found)
{
	unsigned generation = __atomic_load_n(&tap_generation, __ATOMIC_ACQUIRE);
	struct object *o = objects;

	while (o < objects + known &&
	       (o->dynamic != found->dlfo_link_map->l_ld || o->start != (uintptr_t)found->dlfo_map_start ||
		o->end != (uintptr_t)found->dlfo_map_end))
		o++;
	if (o == objects + OBJECTS)
		return NULL;
	if (o < objects + known && (o->holds || o->generation == generation))
		return o;
	o->dynamic = found->dlfo_link_map->l_ld;
	o->start = (uintptr_t)found->dlfo_map_start;
	o->end = (uintptr_t)found->dlfo_map_end;
	o->generation = generation;
	o->unseen = false;
	o->holds = holds(found->dlfo_link_map);
	if (o == objects + known)
		__atomic_store_n(&known, known + 1, __ATOMIC_RELEASE);
	return o;
}

static void consider(const void *from)
{
	struct dl_find_object found;
	struct object *object = NULL;
	char reason[200];
	bool unseen = !tap_is_within(TAP_ZMQ);

	if (_dl_find_object(TR_UNCONST(from), &found) || !tap_lock(&lock))
		return;
	object = find(&found);
	if (object && object->holds && unseen)
		object->unseen = true;
	unseen = object && object->unseen;
	tap_unlock(&lock);
	if (!unseen)
		return;
	tap_wire_hook_more(is_unseen, tap_unseen_hooks());
	/* Here it may take its time, and not on an I/O thread. */
	if (TAP_POLICY(pol_injects) && tap_wire_gss_ready(reason, sizeof(reason)) &&
	    TAP_POLICY(pol_accelerates))
		tap_crypto();
	/* Each time: the slots of one that was unloaded and comes back are its own again. */
	if (!tap_wire_enter(from, reason, sizeof(reason)))
		tap_unseen_blind(reason);
}

static inline void look(const void *from)
{
	int saved = errno;

	tap_start();
	if (tap_has_policy && TAP_POLICY(pol_judges_endpoints))
		consider(from);
	errno = saved;
}

#define REAL(name)                                                                                           \
	({                                                                                                   \
		static __typeof__(&name) real;                                                               \
		__typeof__(&name) it = __atomic_load_n(&real, __ATOMIC_ACQUIRE);                             \
                                                                                                             \
		if (__builtin_expect(!it, 0)) {                                                              \
			it = (__typeof__(&name))tap_find_next(#name);                                        \
			__atomic_store_n(&real, it, __ATOMIC_RELEASE);                                       \
		}                                                                                            \
		it;                                                                                          \
	})

TAP_EXPORT int epoll_create1(int flags)
{
	look(__builtin_return_address(0));
	return REAL(epoll_create1)(flags);
}

TAP_EXPORT int epoll_create(int size)
{
	look(__builtin_return_address(0));
	return REAL(epoll_create)(size);
}
