/* SPDX-License-Identifier: MIT */
/*
 * The pages that threads store events into: where they come from, which place in the file they have, and how
 * what is finished in them gets there. All under the file's lock, which also guards what is too large for the
 * host's stack. A process that can write no more goes on in
 * pages that were put aside before.
 */
#include "trace/writer_file.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

const uint32_t tr_slot_sizes[TR_CLASSES] = {144, 288, 576, 1344, 4032};
/* Streams grow by 1, 2, 4 and then as many pages: what is written at once costs one set of system calls. */
static const uint32_t pages_most[TR_CLASSES] = {TR_RUN_MOST, 4, 4, 4, 1};

#define SPARE_RUNS 7 /* with the preamble, most of a bank */
static struct {
	uint8_t *run[SPARE_RUNS]; /* pages of the tail with a place in the file */
	uint64_t place[SPARE_RUNS];
	uint32_t pages; /* how many are left */
} spare;

/* The next slot at or after an offset: a page begins with the head of its extent. */
static uint32_t slot_at(uint32_t at)
{
	return at & (TR_PAGE - 1) ? at : at + (uint32_t)sizeof(struct tr_extent);
}

/* How far the events of a stream are finished, from what is written on; and how many no other file has. */
static uint32_t finished(const struct tr_stream *stream, int class, uint32_t *events)
{
	uint32_t end = stream->written;

	*events = 0;
	for (uint32_t at = end; at < stream->bytes; at = end) {
		at = slot_at(at);
		if (__atomic_load_n((const uint32_t *)(const void *)(stream->map + at), __ATOMIC_ACQUIRE) !=
		    TR_BLOCK_EPB)
			break;
		*events += tr_lay_is_counted(stream->map + at);
		end = at + tr_slot_sizes[class];
	}
	return end;
}

/* Writes events to the slots that the file has for them: the first one's first word last, before which a
 * reader does not see those behind it either. */
static bool write_slots(const struct tr_stream *stream, uint32_t end)
{
	uint32_t at = slot_at(stream->written);

	return tr_file_put_at(stream->map + at + 4, end - at - 4, stream->place + at + 4) &&
	       tr_file_put_at(stream->map + at, 4, stream->place + at);
}

static uint64_t time_of(const uint8_t *slot)
{
	uint32_t high, low;

	memcpy(&high, slot + 12, sizeof(high));
	memcpy(&low, slot + 16, sizeof(low));
	return (uint64_t)high << 32 | low;
}

/*
 * What is finished in the stream goes to the end of the file, in pages of that time. No event is older than
 * its extent: one that its thread was at while the file was begun anew is of the time at which it was done.
 */
static bool write_elsewhere(struct tr_stream *stream, int class, uint32_t end, uint64_t time, uint32_t tid)
{
	static uint8_t page[TR_PAGE];
	struct iovec part = {page, TR_PAGE};
	uint32_t size = tr_slot_sizes[class], to = sizeof(struct tr_extent), events = 0;

	if (!tr_file_align())
		return false;
	tr_lay_page(page, class, time, tid);
	for (uint32_t at = slot_at(stream->written); at < end; at = slot_at(at + size)) {
		memcpy(page + to, stream->map + at, size);
		if (time_of(page + to) < time)
			tr_lay_time(page + to, time);
		to += size;
		events += tr_lay_is_counted(stream->map + at);
		if (to < TR_PAGE && at + size < end)
			continue;
		if (!tr_file_put_end(&part, 1, TR_PAGE))
			return false;
		stream->written = at + size;
		tr_file.events += events;
		tr_lay_page(page, class, time, tid);
		to = sizeof(struct tr_extent);
		events = 0;
	}
	return true;
}

uint64_t tr_stream_oldest(const struct tr_stream *stream)
{
	const uint8_t *slot = stream->map + slot_at(stream->written);

	if (!stream->map || stream->written >= stream->bytes ||
	    __atomic_load_n((const uint32_t *)(const void *)slot, __ATOMIC_ACQUIRE) != TR_BLOCK_EPB)
		return 0;
	return time_of(slot);
}

bool tr_stream_move(struct tr_stream *stream, int class, uint64_t time, uint32_t tid)
{
	uint32_t events, end = stream->map ? finished(stream, class, &events) : stream->written;

	return end == stream->written || write_elsewhere(stream, class, end, time, tid);
}

/* The lock is held, and the file is ours. */
static bool write_stream(struct tr_stream *stream, int class, uint32_t tid)
{
	uint32_t events, end;

	if (stream->turn != atomic_load(&tr_file_turn))
		return tr_stream_move(stream, class, tr_file_time(), tid);
	end = finished(stream, class, &events);
	if (end == stream->written)
		return true;
	if (!write_slots(stream, end))
		return false;
	stream->written = end;
	tr_file.events += events;
	return true;
}

/* What is finished and not in the file will not be. */
static uint32_t give_up(struct tr_stream *stream, int class)
{
	uint32_t events;

	stream->written = finished(stream, class, &events);
	return events;
}

void tr_stream_write(struct tr_stream *stream, int class, uint32_t tid, bool now)
{
	uint32_t lost = 0;
	int why = 0;

	tr_file_lock(); /* whose the stream is takes its memory under it, too */
	if (stream->map)
		why = tr_file_settle();
	if (stream->map && !why && !write_stream(stream, class, tid))
		why = tr_file_refused();
	/* A filter stays in force, but the tail has what it keeps from the trace. */
	if (why == TR_DROP_FILTER + 1 ? !stream->backed : why && (now || why == TR_DROP_FILE + 1))
		lost = give_up(stream, class);
	tr_file_unlock();
	tr_count_drops((enum tr_drop)(why - 1), lost);
}

/* Memory for the next pages of a stream: in the tail, or of this process alone. */
static bool take_pages(struct tr_stream *stream, int class, bool backed)
{
	uint32_t now = stream->pages, wanted = backed && stream->backed ? now * 2 : 1;
	uint8_t *map = NULL;

	if (wanted > pages_most[class])
		wanted = pages_most[class];
	if (stream->map && stream->backed == backed && wanted == now)
		return true;
	if (backed)
		map = tr_tail_take(tr_file.path, tr_file.id, wanted);
	stream->no_tail = backed && !map;
	if (!map && stream->map)
		return true; /* there is no more: what it has will do */
	if (!map) {
		backed = false;
		wanted = 1;
		map = mmap(NULL, TR_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (map == MAP_FAILED)
			return false;
		madvise(map, TR_PAGE, MADV_DONTFORK);
	}
	if (stream->map && stream->backed)
		tr_tail_give_back(stream->map, now);
	else if (stream->map)
		munmap(stream->map, now * TR_PAGE);
	stream->map = map;
	stream->pages = wanted;
	stream->backed = backed;
	return true;
}

/*
 * So many that the next ones begin at a multiple of their length. A file system that keeps a file in blocks
 * of several pages (ext4, xfs) takes a run in half the time that it takes one that lies across them.
 */
static uint32_t pages_to_boundary(const struct tr_stream *stream)
{
	return stream->pages - (uint32_t)(tr_file.end / TR_PAGE % stream->pages);
}

/* Lays the stream's pages and gives them a place in the file. */
static bool place_pages(struct tr_stream *stream, int class, uint32_t tid)
{
	uint32_t pages = pages_to_boundary(stream);
	struct iovec part = {stream->map, pages * TR_PAGE};

	if (stream->backed)
		tr_tail_place(stream->map, stream->pages, TR_NOWHERE);
	stream->bytes = pages * TR_PAGE;
	stream->written = stream->next = stream->bytes;
	stream->time = tr_file_time();
	for (uint32_t i = 0; i < pages; i++)
		tr_lay_page(stream->map + i * TR_PAGE, class, stream->time, tid);
	stream->place = tr_file.end;
	/* The last page of a disk is worth having, too. */
	if (!tr_file_put_end(&part, 1, stream->bytes)) {
		part.iov_len = TR_PAGE;
		if (pages == 1 || !tr_file_put_end(&part, 1, TR_PAGE))
			return false;
		stream->bytes = TR_PAGE;
	}
	if (stream->backed)
		tr_tail_place(stream->map, stream->bytes / TR_PAGE, stream->place);
	stream->turn = atomic_load(&tr_file_turn);
	stream->written = stream->next = 0;
	return true;
}

/* A page out of those that were put aside; what the stream had stays where it is, in the tail. */
static bool take_spare(struct tr_stream *stream, int class, uint32_t tid)
{
	uint32_t used = SPARE_RUNS * TR_RUN_MOST - spare.pages, run = used / TR_RUN_MOST;
	uint32_t at = used % TR_RUN_MOST * TR_PAGE;

	if (!spare.pages)
		return false;
	spare.pages--;
	stream->map = spare.run[run] + at;
	stream->pages = 1;
	stream->bytes = TR_PAGE;
	stream->backed = true;
	stream->turn = atomic_load(&tr_file_turn);
	stream->place = spare.place[run] + at;
	stream->time = tr_file_time();
	stream->written = stream->next = 0;
	tr_lay_page(stream->map, class, stream->time, tid);
	tr_tail_place(stream->map, 1, stream->place);
	return true;
}

/* Space in the tail, for pages that the file gets as one free block each. */
static void put_aside(void)
{
	static uint8_t page[TR_PAGE];
	uint8_t *preamble;
	struct iovec parts[TR_RUN_MOST];

	tr_lay_free(page, TR_PAGE);
	for (int i = 0; i < TR_RUN_MOST; i++)
		parts[i] = (struct iovec){page, TR_PAGE};
	if (tr_file_settle() || !tr_file_align())
		return;
	for (int i = 0; i < SPARE_RUNS; i++) {
		spare.run[i] = tr_tail_take(tr_file.path, tr_file.id, TR_RUN_MOST);
		spare.place[i] = tr_file.end;
		if (!spare.run[i] || !tr_file_put_end(parts, TR_RUN_MOST, sizeof(page) * TR_RUN_MOST))
			return;
	}
	preamble = tr_tail_take(tr_file.path, tr_file.id, 1);
	if (!preamble)
		return;
	tr_drop_move(preamble);
	tr_tail_place(preamble, 1, 0);
	spare.pages = SPARE_RUNS * TR_RUN_MOST;
}

void tr_stream_forget(void)
{
	spare.pages = 0;
}

void tr_stream_confine(bool confined)
{
	tr_file_lock();
	if (confined && !spare.pages)
		put_aside();
	atomic_store(&tr_confined, confined);
	tr_file_unlock();
}

int tr_stream_extend(struct tr_stream *stream, int class, bool backed, uint32_t tid)
{
	int why;

	tr_file_lock();
	why = tr_file_settle();
	if (!why && (!write_stream(stream, class, tid) || !tr_file_align() ||
		     !take_pages(stream, class, backed) || !place_pages(stream, class, tid)))
		why = tr_file_refused();
	if (why == TR_DROP_FILTER + 1 && take_spare(stream, class, tid))
		why = 0;
	tr_file_unlock();
	return why;
}
