/* SPDX-License-Identifier: MIT */
/*
 * The life of a process that records: configured once, its file made by the first event, begun anew in every
 * child, confined by a filter, and at its end all written.
 */
#include "trace/writer_thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Atomic int tr_level;
_Atomic(bool) tr_confined;
char tr_program[64];
void (*tr_on_failure)(const char *path, int error);
bool (*tr_on_lost)(enum tr_drop why, const char *reason, uint32_t count);

struct tr_process tr_process = {.epoch = 1};
static atomic_int not_wiped = TR_ALIVE;

#define YIELDS 1000
#define NAPS 3000 /* of 100 us and more */
static atomic_bool waited_in_vain;

static void child_without_wipe(void)
{
	atomic_store(&not_wiped, TR_CHILD);
}

void tr_configure(const char *template, int level, void (*first_event)(void))
{
	void *page;

	tr_process.path_template = template;
	strncpy(tr_program, program_invocation_short_name, sizeof(tr_program) - 1);
	tr_process.on_first_event = first_event;
	tr_process.level = level;
	tr_process.alive = &not_wiped;
	if (!template || level == TR_LEVEL_OFF)
		return;
	if (atomic_load(&tr_confined)) {
		tr_level = level; /* what is lost is counted */
		return;
	}
	tr_process.pid = (uint32_t)getpid();
	page = mmap(NULL, TR_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page != MAP_FAILED && !madvise(page, TR_PAGE, MADV_WIPEONFORK)) {
		tr_process.alive = page;
		atomic_store(tr_process.alive, TR_ALIVE);
	} else {
		pthread_atfork(NULL, NULL, child_without_wipe);
	}
	tr_clock_start();
	tr_hash_start();
	tr_level = level;
}

/* A child of a child that has recorded nothing still has what the last one left that did. */
static void keep_fork(const struct tr_thread *t)
{
	bool forked = t->epoch == tr_process.epoch; /* else it was born in the child */

	if (atomic_load(&tr_process.made) != 2)
		return;
	tr_process.forked_pid = tr_process.pid;
	tr_process.forked_tid = forked ? t->tid : 0;
	tr_process.forked_seq = forked ? t->seq : 0;
}

void tr_put_fork(struct tr_draft *d)
{
	if (!tr_process.forked_pid)
		return;
	tr_put_u32(d, TR_F_FORKED_PID, tr_process.forked_pid);
	if (!tr_process.forked_tid)
		return;
	tr_put_u32(d, TR_F_FORKED_TID, tr_process.forked_tid);
	tr_put_u64(d, TR_F_FORKED_SEQ, tr_process.forked_seq);
}

bool tr_process_wakes(void)
{
	int expected = TR_CHILD;

	if (atomic_load(&tr_confined))
		return false;
	if (!atomic_compare_exchange_strong(tr_process.alive, &expected, TR_WAKING)) {
		while (atomic_load(tr_process.alive) == TR_WAKING)
			syscall(SYS_sched_yield);
		return true;
	}
	keep_fork(&tr_thread);
	tr_lanes_forget();
	atomic_store(&tr_process.finishing, false);
	atomic_store(&tr_process.goes_on, false);
	tr_file_forget();
	tr_process.pid = (uint32_t)getpid();
	tr_process.epoch++;
	atomic_store(&tr_process.made, 0);
	tr_level = tr_process.level;
	atomic_store(tr_process.alive, TR_ALIVE);
	return true;
}

bool tr_is_recording(void)
{
	return tr_process.alive && atomic_load(tr_process.alive) == TR_ALIVE && !tr_thread.busy &&
	       atomic_load(&tr_process.made) == 2 && !atomic_load(&tr_confined);
}

void tr_finish_undone(void)
{
	int saved = errno;

	if (tr_is_recording()) {
		tr_thread.busy = true;
		tr_file_resume();
		atomic_store(&tr_process.finishing, false);
		tr_thread.busy = false;
	}
	errno = saved;
}

void tr_finish(void)
{
	int saved = errno;

	if (tr_is_recording()) {
		tr_thread.busy = true; /* a signal handler that records now would wait for the same lock */
		atomic_store(&tr_process.finishing, true);
		tr_lanes_write(tr_thread.tid, true);
		tr_drops_finish(tr_thread.tid, tr_thread.clock.last);
		tr_file_finish();
		tr_thread.busy = false;
	}
	errno = saved;
}

bool tr_confine(void)
{
	struct tr_thread *t = &tr_thread;

	if (atomic_load(&tr_confined) || t->busy)
		return false;
	t->busy = true;
	tr_clock_confine();
	if (tr_process.alive && atomic_load(tr_process.alive) == TR_ALIVE &&
	    atomic_load(&tr_process.made) == 2) {
		tr_lanes_write(t->tid, false);
		tr_stream_confine(true);
	}
	atomic_store(&tr_confined, true);
	tr_signals_settle();
	t->busy = false;
	return true;
}

void tr_confine_undone(void)
{
	tr_stream_confine(false);
}

static void tell_first(struct tr_thread *t)
{
	t->busy = false; /* for the events that the hook writes */
	if (tr_process.on_first_event)
		tr_process.on_first_event();
	t->busy = true;
}

static void is_made(struct tr_thread *t, int made)
{
	t->introduces = false;
	atomic_store(&tr_process.made, made);
	atomic_store(&waited_in_vain, false);
	tr_let_signals(tr_process.made_signals);
}

/* By the hook, when the process event is kept. False: there is no file, or it had no room for that. */
static bool make_file(struct tr_thread *t)
{
	bool again = tr_file_is_open();
	int error = again ? 0 : tr_file_create(tr_process.path_template);

	if (!error && !again && tr_file_lacks_introduction())
		return false;
	is_made(t, error ? 3 : 2);
	if (error) {
		if (!tr_on_lost) /* what is lost need not be counted */
			tr_level = TR_LEVEL_OFF;
		if (tr_on_failure)
			tr_on_failure(tr_file_path(), error);
	}
	return !error;
}

/* Not for ever, and only once so long: who makes it walks the loader's list, and the caller may be where that
 * is locked. */
static void wait_for_file(void)
{
	static const struct timespec nap = {.tv_nsec = 100000};

	for (unsigned turn = 0; atomic_load(&tr_process.made) == 1; turn++)
		if (turn < YIELDS) {
			syscall(SYS_sched_yield);
		} else if (turn < YIELDS + NAPS && !atomic_load(&waited_in_vain)) {
			syscall(SYS_nanosleep, &nap, NULL);
		} else {
			atomic_store(&waited_in_vain, true);
			return;
		}
}

bool tr_process_makes_file(struct tr_thread *t)
{
	struct tr_held held = tr_hold_signals();
	int expected = 0;

	if (!atomic_compare_exchange_strong(&tr_process.made, &expected, 1)) {
		tr_let_signals(held);
		wait_for_file();
		return atomic_load(&tr_process.made) == 2;
	}
	tr_process.made_signals = held;
	t->introduces = true;
	tell_first(t);
	if (t->introduces) /* the event had no room in the file, and may be shorter */
		tell_first(t);
	while (t->introduces) /* the hook could tell nothing */
		make_file(t);
	return atomic_load(&tr_process.made) == 2;
}

bool tr_introduced(void)
{
	if (tr_thread.introduces)
		return make_file(&tr_thread);
	if (atomic_exchange(&tr_process.goes_on, false))
		tr_file_next(tr_process.path_template);
	return true;
}

/* False: who the process is stands in no file, or not as it was told last. */
static bool go_on(struct tr_thread *t)
{
	tr_lanes_write(t->tid, false); /* what is finished belongs into the file that ends */
	atomic_fetch_and(&tr_file_wants, ~(uint32_t)TR_WANTS_FILE);
	if (tr_file_make_next(tr_process.path_template))
		tell_first(t);
	else
		atomic_store(&tr_process.goes_on, false);
	(void)tr_introduced(); /* where the hook could tell nothing */
	return tr_file_has_introduction();
}

/* A handler that left this by longjmp would leave the next file for ever half made. */
void tr_process_meets_wants(struct tr_thread *t)
{
	struct tr_held held = tr_hold_signals();
	uint32_t wants = atomic_exchange(&tr_file_wants, 0);

	/* What the old file's end asks of others meanwhile, and of the hook itself, is being done. */
	if (wants & TR_WANTS_FILE && !atomic_exchange(&tr_process.goes_on, true) && !go_on(t))
		wants |= TR_WANTS_FIRST_EVENT;
	if (wants & TR_WANTS_FIRST_EVENT)
		tell_first(t);
	tr_let_signals(held);
}
