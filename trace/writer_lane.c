/* SPDX-License-Identifier: MIT */
/*
 * Lanes: given to threads that begin to record, taken back when they end, written out all at once. They are
 * only ever added, so that the list can be walked once its first is known.
 */
#include "trace/writer_thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

__thread struct tr_thread tr_thread;
void (*tr_on_thread)(void);

static pthread_mutex_t lanes_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t lanes_signals; /* the mask of who holds it, from before */
static struct tr_lane *idle_lanes, *all_lanes;

uint64_t tr_hold_signals(void)
{
	uint64_t all = UINT64_MAX, before = 0;

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof(all));
	return before;
}

void tr_let_signals(uint64_t before)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof(before));
}

void tr_thread_enters(struct tr_thread *t)
{
	if (t->epoch && t->lane)
		munmap(t->lane, sizeof(*t->lane));
	memset(t, 0, sizeof(*t));
	t->epoch = tr_process.epoch;
	t->tid = atomic_load(&tr_confined) ? 0 : (uint32_t)syscall(SYS_gettid);
}

static void lock_lanes(void)
{
	uint64_t before = atomic_load(&tr_confined) ? 0 : tr_hold_signals();

	pthread_mutex_lock(&lanes_lock);
	lanes_signals = before;
}

static void unlock_lanes(void)
{
	uint64_t before = lanes_signals;

	pthread_mutex_unlock(&lanes_lock);
	if (!atomic_load(&tr_confined))
		tr_let_signals(before);
}

struct tr_lane *tr_lane_take(void)
{
	struct tr_lane *lane;

	if (atomic_load(&tr_confined)) {
		tr_count_drop(TR_DROP_FILTER);
		return NULL;
	}
	if (tr_on_thread)
		tr_on_thread();
	lock_lanes();
	lane = idle_lanes;
	if (lane)
		idle_lanes = lane->next;
	unlock_lanes();
	if (lane)
		return lane;
	lane = mmap(NULL, sizeof(*lane), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (lane == MAP_FAILED)
		return NULL;
	lane->credit = TR_SAVED_NS;
	lock_lanes();
	lane->before = all_lanes;
	all_lanes = lane;
	unlock_lanes();
	return lane;
}

void tr_lanes_write(uint32_t tid)
{
	struct tr_lane *lane;

	lock_lanes();
	lane = all_lanes;
	unlock_lanes();
	for (; lane; lane = lane->before)
		for (int c = 0; c < TR_CLASSES; c++)
			if (lane->streams[c].map)
				tr_stream_write(&lane->streams[c], c, tid);
}

void tr_lanes_forget(void)
{
	lanes_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	idle_lanes = all_lanes = NULL;
}

void tr_thread_ends(void)
{
	struct tr_thread *t = &tr_thread;
	struct tr_lane *lane = t->lane;

	if (!lane || t->busy || t->epoch != tr_process.epoch || atomic_load(tr_process.alive) != TR_ALIVE)
		return;
	t->busy = true;
	t->lane = NULL;
	lock_lanes();
	lane->next = idle_lanes;
	idle_lanes = lane;
	unlock_lanes();
	t->busy = false;
}

void tr_thread_lent(void)
{
	struct tr_thread *t = &tr_thread;
	int saved = errno;

	if (t->tid == (uint32_t)syscall(SYS_gettid)) {
		tr_thread_ends();
		t->epoch = 0;
	}
	errno = saved;
}
