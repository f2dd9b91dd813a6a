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
static struct tr_held lanes_signals; /* of who holds it */
static atomic_uint holding;	     /* threads whose signals are held off */
static struct tr_lane *idle_lanes;
static _Atomic(struct tr_lane *) all_lanes;

#define TURNS 10000 /* of sched_yield: who holds it that long is stopped */

struct tr_held tr_hold_signals(void)
{
	const uint64_t all = UINT64_MAX;
	struct tr_held held = {false, 0};

	atomic_fetch_add(&holding, 1);
	if (!atomic_load(&tr_confined))
		held.held = !syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &held.before, sizeof(all));
	if (!held.held)
		atomic_fetch_sub(&holding, 1);
	return held;
}

void tr_let_signals(struct tr_held held)
{
	if (!held.held)
		return;
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &held.before, NULL, sizeof(held.before));
	atomic_fetch_sub(&holding, 1);
}

void tr_signals_settle(void)
{
	for (unsigned turn = 0; atomic_load(&holding) && turn < TURNS; turn++)
		syscall(SYS_sched_yield);
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
	struct tr_held held = tr_hold_signals();

	pthread_mutex_lock(&lanes_lock);
	lanes_signals = held;
}

static void unlock_lanes(void)
{
	struct tr_held held = lanes_signals;

	pthread_mutex_unlock(&lanes_lock);
	tr_let_signals(held);
}

struct tr_lane *tr_lane_take(void)
{
	struct tr_lane *lane;

	if (atomic_load(&tr_confined))
		return NULL;
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

void tr_lanes_write(uint32_t tid, bool last)
{
	for (struct tr_lane *lane = all_lanes; lane; lane = lane->before)
		for (int c = 0; c < TR_CLASSES; c++)
			tr_stream_write(&lane->streams[c], c, tid, last);
}

uint64_t tr_lanes_oldest(void)
{
	uint64_t oldest = 0;

	for (const struct tr_lane *lane = all_lanes; lane; lane = lane->before)
		for (int c = 0; c < TR_CLASSES; c++) {
			uint64_t time = tr_stream_oldest(&lane->streams[c]);

			if (time && (!oldest || time < oldest))
				oldest = time;
		}
	return oldest;
}

void tr_lanes_move(uint64_t time, uint32_t tid)
{
	for (struct tr_lane *lane = all_lanes; lane; lane = lane->before)
		for (int c = 0; c < TR_CLASSES; c++)
			tr_stream_move(&lane->streams[c], c, time, tid);
}

void tr_lanes_unback(void)
{
	for (struct tr_lane *lane = all_lanes; lane; lane = lane->before)
		for (int c = 0; c < TR_CLASSES; c++)
			lane->streams[c].backed = false;
}

void tr_lanes_forget(void)
{
	lanes_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	idle_lanes = NULL;
	all_lanes = NULL;
	atomic_store(&holding, 0);
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
