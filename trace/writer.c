/* SPDX-License-Identifier: MIT */
/*
 * The recorder: threads, their drafts, and how an event becomes visible.
 *
 * A lane is what a thread records into: a stream of slots for each size, and room for one draft. Lanes
 * outlive threads and are handed on. The only word shared between threads on the hot path is read, never
 * written.
 */
#include "trace/writer_private.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct tr_lane {
	struct tr_lane *next;	/* of the idle ones */
	struct tr_lane *before; /* of all */
	struct tr_stream streams[TR_CLASSES];
	uint64_t credit, paid; /* ns of credit left when it was last looked at, and when that was */
	bool hot;	       /* events come faster than they are written */
	struct tr_draft draft;
	uint8_t fields[TR_DRAFT_FIELDS];
};

/*
 * An event that stands in the file at once can be read by anything, and costs system calls: at most one in so
 * many ns is written so, after as many as are saved up. The others wait in the tail, where they are as safe.
 */
#define WRITE_NS 1000000u
#define SAVED_NS (128u * WRITE_NS)

/* What belongs to a thread for as long as it lives. */
struct tr_thread {
	struct tr_lane *lane;
	struct tr_clock clock;
	uint64_t seq;
	uint32_t tid;
	uint32_t epoch;	      /* the process it was set up in; another one: this is a child after fork */
	bool busy;	      /* between tr_begin and tr_commit; set and met: a signal handler */
	uintptr_t busy_frame; /* whose: met from the same height of the stack or above, it was left by longjmp
			       */
};
static __thread struct tr_thread thread;

int tr_level;
_Atomic(bool) tr_confined;
char tr_program[64];
void (*tr_on_failure)(const char *path, int error);
void (*tr_on_lost)(void);
void (*tr_on_thread)(void);

static const char *path_template;
static void (*on_first_event)(void);
static int configured_level;

/*
 * One word that the kernel clears in every child, however it was forked: no handler can be missed. 0 in a
 * child that has not recorded yet, ALIVE otherwise, WAKING while a thread of the child resets what it
 * inherited.
 */
enum { CHILD, WAKING, ALIVE };
static atomic_int *alive;
static atomic_int not_wiped = ALIVE;
static uint32_t epoch = 1, pid;

static pthread_mutex_t lanes_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t lanes_signals; /* the mask of who holds it, from before */
static struct tr_lane *idle_lanes, *all_lanes;
static atomic_bool finishing; /* nothing waits any more */

/* The process's first event makes the file: 0 not yet, 1 one thread is at it, 2 there, 3 failed. */
static atomic_int made;

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

static void child_without_wipe(void)
{
	atomic_store(&not_wiped, CHILD);
}

void tr_configure(const char *template, int level, void (*first_event)(void))
{
	void *page;

	path_template = template;
	strncpy(tr_program, program_invocation_short_name, sizeof(tr_program) - 1);
	on_first_event = first_event;
	configured_level = level;
	alive = &not_wiped;
	if (!template || level == TR_LEVEL_OFF)
		return;
	tr_level = level;
	if (atomic_load(&tr_confined))
		return;
	pid = (uint32_t)getpid();
	page = mmap(NULL, TR_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page != MAP_FAILED && !madvise(page, TR_PAGE, MADV_WIPEONFORK)) {
		alive = page;
		atomic_store(alive, ALIVE);
	} else {
		pthread_atfork(NULL, NULL, child_without_wipe);
	}
	tr_clock_start();
	tr_hash_start();
}

/* False: to make a file of its own is what it may not. */
static bool wake_child(void)
{
	int expected = CHILD;

	if (atomic_load(&tr_confined))
		return false;
	if (!atomic_compare_exchange_strong(alive, &expected, WAKING)) {
		while (atomic_load(alive) == WAKING)
			syscall(SYS_sched_yield);
		return true;
	}
	lanes_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	idle_lanes = all_lanes = NULL; /* their streams are mappings that the child did not inherit */
	atomic_store(&finishing, false);
	tr_file_forget();
	pid = (uint32_t)getpid();
	epoch++;
	atomic_store(&made, 0);
	tr_level = configured_level;
	atomic_store(alive, ALIVE);
	return true;
}

/* Only the epoch of the thread that forked can differ; its lane was the parent's. */
static void enter_process(struct tr_thread *t)
{
	if (t->epoch && t->lane)
		munmap(t->lane, sizeof(*t->lane));
	memset(t, 0, sizeof(*t));
	t->epoch = epoch;
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

static struct tr_lane *take_lane(void)
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
	lane->credit = SAVED_NS;
	lock_lanes();
	lane->before = all_lanes;
	all_lanes = lane;
	unlock_lanes();
	return lane;
}

/* Lanes are only ever added, so that the list can be walked once its first is known. */
static void write_all(uint32_t tid)
{
	struct tr_lane *lane;

	lock_lanes();
	lane = all_lanes;
	unlock_lanes();
	for (; lane; lane = lane->before)
		for (int c = 0; c < TR_CLASSES; c++)
			if (lane->streams[c].map)
				tr_file_write(&lane->streams[c], c, tid);
}

void tr_finish(void)
{
	int saved = errno;

	if (alive && atomic_load(alive) == ALIVE && !thread.busy && atomic_load(&made) == 2 &&
	    !atomic_load(&tr_confined)) {
		thread.busy = true; /* a signal handler that records now would wait for the same lock */
		atomic_store(&finishing, true);
		write_all(thread.tid);
		tr_file_finish();
		thread.busy = false;
	}
	errno = saved;
}

bool tr_confine(bool stop_clock)
{
	struct tr_thread *t = &thread;

	if (atomic_load(&tr_confined) || t->busy)
		return false;
	t->busy = true;
	tr_clock_confine(stop_clock);
	if (alive && atomic_load(alive) == ALIVE && atomic_load(&made) == 2) {
		write_all(t->tid);
		tr_file_confine(true);
	}
	atomic_store(&tr_confined, true);
	t->busy = false;
	return true;
}

void tr_confine_undone(void)
{
	tr_clock_confine(false);
	tr_file_confine(false);
}

void tr_thread_ends(void)
{
	struct tr_thread *t = &thread;
	struct tr_lane *lane = t->lane;

	if (!lane || t->busy || t->epoch != epoch || atomic_load(alive) != ALIVE)
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
	struct tr_thread *t = &thread;
	int saved = errno;

	if (t->tid == (uint32_t)syscall(SYS_gettid)) {
		tr_thread_ends();
		t->epoch = 0;
	}
	errno = saved;
}

/* Makes the file at the first event, and writes the process event before any other. False: nothing can be
 * recorded. */
static bool make_file(struct tr_thread *t)
{
	int expected = 0, error;

	if (!atomic_compare_exchange_strong(&made, &expected, 1)) {
		while (atomic_load(&made) == 1)
			syscall(SYS_sched_yield);
		return atomic_load(&made) == 2;
	}
	error = tr_file_create(path_template);
	atomic_store(&made, error ? 3 : 2);
	if (error) {
		tr_level = TR_LEVEL_OFF;
		if (tr_on_failure)
			tr_on_failure(tr_file_path(), error);
		return false;
	}
	t->busy = false; /* for the events that the hook writes */
	if (on_first_event)
		on_first_event();
	t->busy = true;
	return true;
}

static const char *const event_names[] = {
#define EVENT(id, name) [id] = #name,
#define FIELD(id, symbol, json, type)
#include "trace/events.def"
#undef EVENT
#undef FIELD
};

/* Another file, or the process event in one that was begun anew. Of all threads one finds the wish. */
static void meet_wants(struct tr_thread *t)
{
	uint32_t wants = atomic_exchange(&tr_file_wants, 0);

	if (wants & TR_WANTS_FILE) {
		write_all(t->tid); /* what is finished belongs into the file that ends */
		atomic_store(&tr_file_wants, 0);
		if (tr_file_next(path_template))
			wants |= TR_WANTS_FIRST_EVENT;
	}
	if (!(wants & TR_WANTS_FIRST_EVENT))
		return;
	t->busy = false;
	if (on_first_event)
		on_first_event();
	t->busy = true;
	if (wants & TR_WANTS_FILE)
		write_all(t->tid); /* what was finished in between */
}

struct tr_draft *tr_begin(enum tr_event_id event)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	struct tr_thread *t = &thread;
	struct tr_draft *d;
	int saved = errno;

	if (__builtin_expect(tr_level == TR_LEVEL_OFF, 0) || !alive)
		return NULL;
	if (__builtin_expect(atomic_load_explicit(alive, memory_order_acquire) != ALIVE, 0) &&
	    !wake_child()) {
		if (tr_on_lost)
			tr_on_lost();
		return NULL;
	}
	if (__builtin_expect(tr_level == TR_LEVEL_OFF, 0))
		return NULL;
	if (__builtin_expect(t->epoch != epoch, 0))
		enter_process(t);
	if (__builtin_expect(t->busy && frame < t->busy_frame, 0)) {
		tr_count_drop(TR_DROP_BUSY);
		return NULL;
	}
	t->busy_frame = frame;
	t->busy = true;
	atomic_signal_fence(memory_order_seq_cst);
	if (__builtin_expect(!t->lane, 0) && !(t->lane = take_lane()))
		goto failed;
	if (__builtin_expect(atomic_load_explicit(&made, memory_order_acquire) != 2, 0) && !make_file(t))
		goto failed;
	if (__builtin_expect(atomic_load_explicit(&tr_file_wants, memory_order_relaxed), 0))
		meet_wants(t);
	d = &t->lane->draft;
	memset(d, 0, sizeof(*d));
	d->head.version = TR_VERSION;
	d->head.event = (uint16_t)event;
	d->head.pid = pid;
	d->head.tid = t->tid;
	d->comment = event_names[event];
	d->fields = t->lane->fields;
	d->size = sizeof(t->lane->fields);
	errno = saved;
	return d;
failed:
	t->busy = false;
	errno = saved;
	return NULL;
}

uint64_t tr_next_seq(void)
{
	return thread.seq;
}

uint64_t tr_now(void)
{
	return tr_clock_now(&thread.clock);
}

void tr_count_drop(enum tr_drop why)
{
	int saved = errno;
	bool told = tr_file_is_open() && tr_file_count_drop(why, 1, thread.tid, thread.clock.last);

	if (!told && why == TR_DROP_FILTER && tr_on_lost)
		tr_on_lost();
	errno = saved;
}

static bool has_no_slot(const struct tr_stream *stream)
{
	return !stream->map || stream->next >= stream->bytes ||
	       stream->turn != atomic_load_explicit(&tr_file_turn, memory_order_relaxed);
}

/* Finds a free slot for a block of that class, or makes one. NULL: dropped, and counted. */
static uint8_t *take_slot(struct tr_thread *t, int class)
{
	struct tr_stream *stream = &t->lane->streams[class];
	uint8_t *slot;
	int why;

	if (__builtin_expect(has_no_slot(stream), 0) ||
	    __builtin_expect(!stream->backed && atomic_load_explicit(&tr_confined, memory_order_relaxed),
			     0)) {
		why = tr_file_extend(stream, class, t->lane->hot, t->tid);
		if (why) {
			tr_count_drop((enum tr_drop)(why - 1));
			return NULL;
		}
		/* An event is never older than its extent. */
		t->lane->draft.time = 0;
		if (t->clock.last < stream->time)
			t->clock.last = stream->time;
	}
	/* Slots fill a page to its last byte (see tr_slot_sizes); the next page begins with a head of its
	 * own. */
	if (!(stream->next & (TR_PAGE - 1)))
		stream->next += sizeof(struct tr_extent);
	slot = stream->map + stream->next;
	stream->next += tr_slot_sizes[class];
	return slot;
}

/* Is there credit for writing an event by itself? */
static bool may_write(struct tr_lane *lane, uint64_t now)
{
	uint64_t earned = now > lane->paid ? now - lane->paid : 0;

	lane->credit = lane->credit + earned > SAVED_NS ? SAVED_NS : lane->credit + earned;
	lane->paid = now;
	if (lane->credit < WRITE_NS)
		return false;
	lane->credit -= WRITE_NS;
	return true;
}

/* After an event was stored: into the file with it, unless it waits where it is safe. */
static void settle(struct tr_thread *t, int class, uint64_t now)
{
	struct tr_stream *stream = &t->lane->streams[class];
	bool write = may_write(t->lane, now);

	if (atomic_load_explicit(&tr_confined, memory_order_relaxed))
		return;
	if (!stream->backed && !write) {
		t->lane->hot = true;
		stream->next = stream->bytes; /* the next event gets pages of the tail */
	}
	if ((write || !stream->backed || has_no_slot(stream) ||
	     atomic_load_explicit(&finishing, memory_order_relaxed)) &&
	    tr_file_write(stream, class, t->tid) == TR_DROP_FILTER + 1 && !stream->backed)
		tr_count_drop(TR_DROP_FILTER);
}

/* An event too long for any slot. */
static void append(struct tr_thread *t, struct tr_draft *d, struct tr_layout layout)
{
	static const uint8_t zeros[4];
	size_t gap = -layout.payload & 3, head = 28 + 12 + 4 + layout.fields_tag + 4;
	/* Everything but the payload, laid in memory of this thread: fields are limited, so this is too. */
	uint8_t *block = (uint8_t *)mmap(NULL, 2 * TR_PAGE + TR_DRAFT_FIELDS + d->size,
					 PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t tail = layout.block - head - layout.payload - gap;
	struct iovec parts[4] = {{block, head},
				 {(void *)d->payload, layout.payload},
				 {(void *)zeros, gap},
				 {block + head, tail}};
	struct tr_layout without = layout;
	const uint32_t type = TR_BLOCK_EPB;
	int why;

	if (block == MAP_FAILED) {
		tr_count_drop(TR_DROP_SPACE);
		return;
	}
	without.payload = 0;
	without.block -= layout.payload + gap;
	tr_lay(block, d, without, (uint32_t)layout.block);
	memcpy(block, &type, 4);
	/* tr_lay laid it without the payload: say the true lengths. */
	for (int i = 20; i < 28; i += 4) {
		uint32_t length = (uint32_t)(12 + 4 + layout.fields_tag + 4 + layout.payload);

		memcpy(block + i, &length, 4);
	}
	why = tr_file_append(parts, 4, layout.block, t->tid);
	if (why)
		tr_count_drop((enum tr_drop)(why - 1));
	munmap(block, 2 * TR_PAGE + TR_DRAFT_FIELDS + d->size);
}

void tr_commit(struct tr_draft *d)
{
	struct tr_thread *t = &thread;
	struct tr_layout layout;
	int class = 0, saved = errno;
	uint8_t *slot;

	if (!d->comment_length)
		d->comment_length = strlen(d->comment);
	layout = tr_layout_of(d);
	d->head.seq = t->seq++;
	while (class < TR_CLASSES && layout.block > tr_slot_sizes[class])
		class ++;
	if (class == TR_CLASSES) {
		if (atomic_load(&tr_confined))
			tr_count_drop(TR_DROP_FILTER);
		else
			append(t, d, layout);
	} else if ((slot = take_slot(t, class))) {
		if (!d->time)
			d->time = tr_clock_now(&t->clock);
		layout.fields_tag += tr_slot_sizes[class] - layout.block;
		tr_lay(slot, d, layout, tr_slot_sizes[class]);
		__atomic_store_n((uint32_t *)(void *)slot, TR_BLOCK_EPB, __ATOMIC_RELEASE);
		settle(t, class, d->time);
	}
	atomic_signal_fence(memory_order_seq_cst);
	t->busy = false;
	errno = saved;
}

bool tr_ready(void)
{
	struct tr_draft *d = atomic_load(&tr_confined) ? NULL : tr_begin(TR_E_process);

	if (d)
		tr_abandon(d);
	return d;
}

void tr_abandon(struct tr_draft *d)
{
	(void)d;
	thread.busy = false;
}
