/* SPDX-License-Identifier: MIT */
/*
 * A lock for the shim's small tables. It is held for nanoseconds and never across a call of anybody else's
 * (but turn.c's, in which libzmq holds one of its own), yet its holder can lose the processor for as long as
 * the machine likes: who wants it waits. Nobody waits for somebody who cannot come: a signal handler goes
 * without when it stands above the holder, and what was held by a thread that ended, or that a child has not
 * inherited, is taken over.
 */
#include "shim/core/lock.h"

#include "trace/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define YIELDS 200
#define NAPS 20000 /* of 100 us: who holds it that long is stopped, and so is what waits for him */

/* In a page that the kernel clears in every child, however it was forked. */
struct whose {
	uint32_t pid, lineage;
};
static struct whose *process_page;
#define NO_PAGE ((struct whose *)-1)

uint32_t tap_kept_thread_id(void)
{
	pthread_mutex_t lock = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	uint32_t id;

	/* A lock that looks for mistakes notes who holds it. */
	pthread_mutex_lock(&lock);
	id = (uint32_t)lock.__data.__owner;
	pthread_mutex_unlock(&lock);
	return id;
}

static bool may_ask(void)
{
	return !atomic_load_explicit(&tr_confined, memory_order_relaxed);
}

/* Confined from the first, a process cannot have it cleared: its children take themselves for it. */
static struct whose *make_page(void)
{
	static struct whose kept;
	struct whose *page, *none = NULL;

	if (!may_ask()) {
		__atomic_store_n(&process_page, &kept, __ATOMIC_RELEASE);
		return &kept;
	}
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page != MAP_FAILED && madvise(page, PAGE, MADV_WIPEONFORK)) {
		munmap(page, PAGE);
		page = MAP_FAILED;
	}
	if (page == MAP_FAILED)
		page = NO_PAGE;
	if (__atomic_compare_exchange_n(&process_page, &none, page, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return page;
	if (page != NO_PAGE)
		munmap(page, PAGE);
	return none;
}

static struct whose *page_of(void)
{
	struct whose *page = __atomic_load_n(&process_page, __ATOMIC_ACQUIRE);

	return __builtin_expect(!page, 0) ? make_page() : page;
}

uint32_t tap_process(void)
{
	struct whose *page = page_of();
	uint32_t pid;

	if (page == NO_PAGE)
		return (uint32_t)getpid();
	pid = __atomic_load_n(&page->pid, __ATOMIC_RELAXED);
	if (__builtin_expect(!pid, 0)) {
		pid = may_ask() ? (uint32_t)getpid() : tap_kept_thread_id();
		__atomic_store_n(&page->pid, pid, __ATOMIC_RELAXED);
	}
	return pid;
}

uint32_t tap_lineage(void)
{
	static uint32_t last; /* of this process's ancestors, or its own */
	struct whose *page = page_of();
	uint32_t lineage, none = 0;

	if (page == NO_PAGE)
		return (uint32_t)getpid();
	lineage = __atomic_load_n(&page->lineage, __ATOMIC_ACQUIRE);
	if (__builtin_expect(lineage, 1))
		return lineage;
	/* Stored before it is ours: a child that is forked in between must not get it as well. */
	lineage = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	if (!__atomic_compare_exchange_n(&page->lineage, &none, lineage, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE))
		return none;
	return lineage;
}

static uint64_t self(void)
{
	static __thread uint64_t own;
	uint32_t lineage = tap_lineage();

	if (__builtin_expect(own >> 32 != lineage, 0))
		own = (uint64_t)lineage << 32 |
		      (may_ask() ? (uint32_t)syscall(SYS_gettid) : tap_kept_thread_id());
	return own;
}

static bool is_gone(uint64_t owner, uint64_t own, unsigned tries)
{
	if (owner >> 32 != own >> 32)
		return true;
	return tries >= YIELDS && tries % 16 == 0 && may_ask() &&
	       syscall(SYS_tgkill, (pid_t)tap_process(), (pid_t)(uint32_t)owner, 0) && errno == ESRCH;
}

/* Not by the C library's functions, at which a thread can be cancelled; under a filter, by no call at all. */
void tap_wait_a_little(unsigned tries)
{
	static const struct timespec nap = {.tv_nsec = 100000};

	if (!may_ask())
		for (int i = 0; i < 1000; i++)
			__builtin_ia32_pause();
	else if (tries < YIELDS)
		syscall(SYS_sched_yield);
	else
		syscall(SYS_nanosleep, &nap, NULL);
}

static bool wait_for(struct tap_lock *lock, uint64_t own, unsigned most)
{
	for (unsigned tries = 0; tries < most; tries++) {
		uint64_t owner = 0;

		if (__atomic_compare_exchange_n(&lock->owner, &owner, own, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
		if (owner == own)
			return false;
		if (is_gone(owner, own, tries) &&
		    __atomic_compare_exchange_n(&lock->owner, &owner, own, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
		tap_wait_a_little(tries);
	}
	return false;
}

static bool take(struct tap_lock *lock, unsigned most)
{
	uint64_t own = self(), owner = 0;
	int saved;
	bool got;

	if (__builtin_expect(__atomic_compare_exchange_n(&lock->owner, &owner, own, false, __ATOMIC_ACQUIRE,
							 __ATOMIC_RELAXED),
			     1))
		return true;
	saved = errno;
	got = wait_for(lock, own, most);
	errno = saved;
	return got;
}

bool tap_lock(struct tap_lock *lock)
{
	return take(lock, YIELDS + NAPS);
}

bool tap_lock_soon(struct tap_lock *lock)
{
	return take(lock, YIELDS);
}

bool tap_has_lock(const struct tap_lock *lock)
{
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == self();
}

void tap_unlock(struct tap_lock *lock)
{
	__atomic_store_n(&lock->owner, 0, __ATOMIC_RELEASE);
}
