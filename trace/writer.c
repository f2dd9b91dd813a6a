/* SPDX-License-Identifier: MIT */
/*
 * The recorder: how an event is drafted and becomes visible. No lock, no system call and no allocation, but
 * when a stream is used up or an event is written out.
 */
#include "trace/writer_thread.h"
#include "trace/unconst.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

static const char *const event_names[] = {
#define EVENT(id, name) [id] = #name,
#define FIELD(id, symbol, json, type)
#include "trace/events.def"
#undef EVENT
#undef FIELD
};

/* What introduces the process is told again, and is no event of the program's. */
static void lose(enum tr_event_id event, enum tr_drop why)
{
	if (!tr_is_introduction((uint16_t)event))
		tr_count_drops(why, 1);
}

struct tr_draft *tr_begin(enum tr_event_id event)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	struct tr_thread *t = &tr_thread;
	struct tr_draft *d;
	int saved = errno;

	if (__builtin_expect(tr_level == TR_LEVEL_OFF, 0) || !tr_process.alive)
		return NULL;
	if (__builtin_expect(atomic_load_explicit(tr_process.alive, memory_order_acquire) != TR_ALIVE, 0) &&
	    !tr_process_wakes()) {
		tr_drop_elsewhere(TR_DROP_FILTER, 1);
		return NULL;
	}
	if (__builtin_expect(tr_level == TR_LEVEL_OFF, 0))
		return NULL;
	if (__builtin_expect(t->epoch != tr_process.epoch, 0))
		tr_thread_enters(t);
	if (__builtin_expect(t->busy && frame < t->busy_frame, 0)) {
		lose(event, TR_DROP_BUSY);
		return NULL;
	}
	t->busy_frame = frame;
	t->busy = true;
	atomic_signal_fence(memory_order_seq_cst);
	if (__builtin_expect(!t->lane, 0) && !(t->lane = tr_lane_take())) {
		lose(event,
		     atomic_load(&tr_confined) ? TR_DROP_FILTER : (enum tr_drop)(tr_file_refused() - 1));
		goto failed;
	}
	if (__builtin_expect(atomic_load_explicit(&tr_process.made, memory_order_acquire) != 2, 0) &&
	    !t->introduces && !tr_process_makes_file(t)) {
		lose(event, atomic_load(&tr_process.made) == 1 ? TR_DROP_EARLY : TR_DROP_NO_TRACE);
		goto failed;
	}
	if (__builtin_expect(atomic_load_explicit(&tr_file_wants, memory_order_relaxed), 0))
		tr_process_meets_wants(t);
	d = &t->lane->draft;
	memset(d, 0, sizeof(*d));
	d->head.version = TR_VERSION;
	d->head.event = (uint16_t)event;
	d->head.pid = tr_process.pid;
	d->head.tid = t->tid;
	d->comment = event_names[event];
	d->fields = t->lane->fields;
	d->size = sizeof(t->lane->fields);
	d->room = t->lane->comment;
	errno = saved;
	return d;
failed:
	t->busy = false;
	errno = saved;
	return NULL;
}

uint64_t tr_next_seq(void)
{
	return tr_thread.seq;
}

uint64_t tr_now(void)
{
	return tr_clock_now(&tr_thread.clock);
}

void tr_count_drops(enum tr_drop why, uint32_t count)
{
	int saved = errno;

	if (count)
		tr_drop_count(why, count, tr_thread.tid, tr_thread.clock.last);
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
		why = tr_stream_extend(stream, class, t->lane->hot, t->tid);
		if (why) {
			lose((enum tr_event_id)t->lane->draft.head.event, (enum tr_drop)(why - 1));
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

	lane->credit = lane->credit + earned > TR_SAVED_NS ? TR_SAVED_NS : lane->credit + earned;
	lane->paid = now;
	if (lane->credit < TR_WRITE_NS)
		return false;
	lane->credit -= TR_WRITE_NS;
	return true;
}

/* After an event was stored: into the file with it, unless it waits where it is safe. */
static void settle(struct tr_thread *t, int class, uint64_t now)
{
	struct tr_stream *stream = &t->lane->streams[class];
	bool write = may_write(t->lane, now);
	bool last = atomic_load_explicit(&tr_process.finishing, memory_order_relaxed);

	if (atomic_load_explicit(&tr_confined, memory_order_relaxed))
		return;
	if (!stream->backed && !write && !stream->no_tail) {
		t->lane->hot = true;
		stream->next = stream->bytes; /* the next event gets pages of the tail */
	}
	/* What the tail has is safe: when its pages are full it is written with the ones that come next. */
	if (write || !stream->backed || last)
		tr_stream_write(stream, class, t->tid, last);
}

/* An event too long for any slot, or the one that introduces the process. False: it was dropped, and why. */
static bool append(struct tr_thread *t, struct tr_draft *d, struct tr_layout layout, enum tr_drop *dropped)
{
	static const uint8_t zeros[4];
	size_t gap = -layout.payload & 3, head = 28 + 12 + 4 + layout.fields_tag + 4;
	/* Everything but the payload, laid in memory of this thread: fields are limited, so this is too. */
	const size_t room = 2 * TR_PAGE + TR_DRAFT_FIELDS + d->size;
	uint8_t *block =
		(uint8_t *)mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t tail = layout.block - head - layout.payload - gap;
	struct iovec parts[4] = {{block, head},
				 {TR_UNCONST(d->payload), layout.payload},
				 {TR_UNCONST(zeros), gap},
				 {block + head, tail}};
	struct tr_layout without = layout;
	const uint32_t type = TR_BLOCK_EPB;
	int why;

	if (block == MAP_FAILED) {
		*dropped = (enum tr_drop)(tr_file_refused() - 1);
		return false;
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
	if (d->head.event == TR_E_process) {
		why = tr_file_introduce(block, layout.block, room, t->tid,
					atomic_load(&tr_process.goes_on) ||
						(t->introduces && !tr_file_is_open()));
	} else {
		why = tr_file_append(parts, 4, layout.block, t->tid);
		munmap(block, room);
	}
	*dropped = (enum tr_drop)(why - 1);
	return !why;
}

/* Where there is no space for all of it, who the process is matters more than what it has loaded. */
static bool shorten(struct tr_draft *d)
{
	struct tr_field field;
	size_t at = 0;

	for (; at < d->used; at += sizeof(field) + ((field.length + 3u) & ~3u)) {
		memcpy(&field, d->fields + at, sizeof(field));
		if (field.id == TR_F_LIBRARIES)
			break;
	}
	if (at >= d->used)
		return false;
	d->used = at;
	return true;
}

static void append_or_drop(struct tr_thread *t, struct tr_draft *d)
{
	enum tr_drop why = TR_DROP_FILTER;

	while (atomic_load(&tr_confined) || !append(t, d, tr_layout_of(d), &why))
		if (d->head.event != TR_E_process || !shorten(d)) {
			lose((enum tr_event_id)d->head.event, why);
			return;
		}
}

void tr_commit(struct tr_draft *d)
{
	struct tr_thread *t = &tr_thread;
	struct tr_layout layout;
	int class = 0, saved = errno;
	uint8_t *slot;

	if (!d->comment_length)
		d->comment_length = strlen(d->comment);
	layout = tr_layout_of(d);
	while (class < TR_CLASSES && layout.block > tr_slot_sizes[class])
		class ++;
	if (d->head.event == TR_E_process && !atomic_load(&tr_confined))
		class = tr_file_is_introduced(d) ? -1 : TR_CLASSES;
	if (class >= 0)
		d->head.seq = t->seq++;
	if (class == TR_CLASSES) {
		append_or_drop(t, d);
	} else if (class >= 0 && (slot = take_slot(t, class))) {
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
	tr_thread.busy = false;
}
