/* SPDX-License-Identifier: MIT */
/*
 * The lock of the loader's list in a child of fork: see list_lock.h. The C library makes anew for the child
 * whatever else the loader locks, but not this one, which dl_iterate_phdr takes. It has no name, so it is
 * found by what it looks like while a walk of our own holds it. Where it is not found, no child relies on it.
 */
#include "shim/loader/list_lock.h"

#include "shim/core/lock.h"
#include "shim/loader/next.h"
#include "trace/unconst.h"
#include "trace/writer.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define YIELDS 100 /* to who has it and has not said yet who that is */

static const pthread_mutex_t *lock;
static uint32_t home;	/* the process in which it was looked for */
static uint64_t judged; /* of which child, and what came out */

struct search {
	const char *from, *to;
	const pthread_mutex_t *like_it[4];
	unsigned count;
};

static bool is_ours(const pthread_mutex_t *mutex)
{
	return __atomic_load_n(&mutex->__data.__owner, __ATOMIC_RELAXED) == (int)tap_kept_thread_id();
}

/* Held by this thread: it is, and so is the lock of a dlopen that is under way here. */
static int search(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *s = data;

	(void)info, (void)size;
	for (const char *at = s->from; at + sizeof(pthread_mutex_t) <= s->to; at += sizeof(void *)) {
		const pthread_mutex_t *mutex = (const void *)at;

		if (mutex->__data.__kind == PTHREAD_MUTEX_RECURSIVE_NP && mutex->__data.__lock &&
		    mutex->__data.__count && is_ours(mutex) &&
		    s->count < sizeof(s->like_it) / sizeof(s->like_it[0]))
			s->like_it[s->count++] = mutex;
	}
	return 1;
}

void tap_find_list_lock(void)
{
	struct search s = {.from = tap_find_next("_rtld_global")};
	struct dl_find_object found;

	home = tap_lineage();
	if (!s.from || _dl_find_object(TR_UNCONST(s.from), &found))
		return;
	s.to = found.dlfo_map_end;
	dl_iterate_phdr(search, &s);
	for (unsigned i = 0; i < s.count; i++)
		if (!is_ours(s.like_it[i]))
			lock = s.like_it[i];
}

bool tap_list_is_ours(void)
{
	return lock && is_ours(lock);
}

static bool is_here(pid_t thread)
{
	int saved = errno;
	bool here;

	if (tr_confined)
		return is_ours(lock);
	here = !syscall(SYS_tgkill, getpid(), thread, 0) || errno != ESRCH;
	errno = saved;
	return here;
}

static bool is_left(void)
{
	for (unsigned tries = 0; tries < YIELDS; tries++) {
		pid_t owner = __atomic_load_n(&lock->__data.__owner, __ATOMIC_RELAXED);

		if (!__atomic_load_n(&lock->__data.__lock, __ATOMIC_ACQUIRE))
			return false;
		if (owner)
			return !is_here(owner);
		if (!tr_confined)
			syscall(SYS_sched_yield);
	}
	return true;
}

bool tap_list_is_left(void)
{
	uint32_t self = tap_lineage();
	uint64_t known = __atomic_load_n(&judged, __ATOMIC_RELAXED);

	if (__builtin_expect(self == home || !home, 1))
		return false;
	/* Once for each child, before another thread of its can be given the number of the one that is left.
	 */
	if (known >> 32 != self) {
		known = (uint64_t)self << 32 | (!lock || is_left());
		__atomic_store_n(&judged, known, __ATOMIC_RELAXED);
	}
	return known & 1;
}
