/* SPDX-License-Identifier: MIT */
/*
 * One file, event by event in order of time.
 *
 * As the writer left it a file is a row of extents whose times do not fall, each a row of slots in order of
 * time: an extent is opened once the first event at hand is not older than it, and the open ones are merged.
 * Rewritten by mergecap and the like it is a row of packets, which may be somewhat out of order: as many as
 * WINDOW are sorted ahead.
 */
#include "trace/reader_private.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW 65536 /* packets; covers some 16 threads' extents that a tool copied one after the other */
#define BLOCK_LEAST 12

static const uint8_t *at(const struct tr_source *source, uint64_t offset)
{
	return source->map.at + offset;
}

static void stop(struct tr_source *source, uint64_t offset, const char *why)
{
	tr_reader_report(source, offset, why);
	source->ended = true;
}

static bool is_extent(const uint8_t *block, uint32_t length)
{
	uint64_t magic;

	if (length != sizeof(struct tr_extent))
		return false;
	memcpy(&magic, block + offsetof(struct tr_extent, magic), sizeof(magic));
	return magic == TR_EXTENT_MAGIC;
}

#define CUT "here are zeros: somebody cut the trace while it was written, and what was here is lost"

/* Is this the head of an extent, or an event whose extent has lost it? Behind zeros anything may stand. */
static bool is_ours(struct tr_source *source, uint64_t offset, uint64_t end)
{
	const uint8_t *block = at(source, offset);
	uint32_t type = tr_u32(block), length = tr_u32(block + 4);
	struct tr_node node;
	const char *why;

	if (type == TR_BLOCK_FREE)
		return end - offset >= sizeof(struct tr_extent) && is_extent(block, length);
	return type == TR_BLOCK_EPB && length >= 32 && length % 4 == 0 && length <= TR_BLOCK_MAX &&
	       length <= end - offset && tr_u32(block + length - 4) == length &&
	       tr_packet_peek(&source->section, block, length, &node, &why) == TR_PACKET_OURS;
}

/* Somebody cut a file that was then written on behind a hole: goes on at what can be known there. */
static bool leap(struct tr_source *source, uint64_t offset)
{
	for (uint64_t from = offset, end; tr_map_next_data(&source->map, &from, &end); from = end) {
		for (; from + BLOCK_LEAST <= end; from += 4) {
			if (!is_ours(source, from, end))
				continue;
			tr_reader_report(source, offset, CUT);
			source->scanned = from;
			return true;
		}
		tr_map_drop(&source->map, from);
	}
	return false;
}

/* Nothing is written at offset. Should anything follow, it is found by its extent, or not at all. */
static void end_of_blocks(struct tr_source *source, uint64_t offset)
{
	if (!source->final || source->ended || leap(source, offset))
		return;
	source->ended = true;
	if (tr_map_has_data(&source->map, offset))
		stop(source, offset, "no block begins here, and what follows is lost");
}

/* The length of the block at offset; 0 when there is none (yet), or none that can be believed. */
static uint32_t block_length(struct tr_source *source, uint64_t offset)
{
	uint64_t left = source->map.size - offset;
	uint32_t length;

	if (left < BLOCK_LEAST || !tr_u32(at(source, offset))) {
		end_of_blocks(source, offset);
		return 0;
	}
	length = tr_u32(at(source, offset) + 4);
	if (length < BLOCK_LEAST || length % 4) {
		stop(source, offset, "a block has an impossible length");
		return 0;
	}
	if (length > left) {
		if (source->final)
			stop(source, offset, "the file ends in the middle of a block");
		return 0;
	}
	if (tr_u32(at(source, offset + length - 4)) != length) {
		stop(source, offset, "a block's two lengths differ");
		return 0;
	}
	return length;
}

/* Makes the node of a packet. False: it is not an event, and that has been said or counted. */
static bool packet_node(struct tr_source *source, uint64_t offset, uint32_t length, struct tr_node *node)
{
	const char *why = NULL;

	*node = (struct tr_node){.offset = offset};
	switch (tr_packet_peek(&source->section, at(source, offset), length, node, &why)) {
	case TR_PACKET_OURS:
		if (length <= TR_BLOCK_MAX)
			return true;
		why = "an event is longer than any can be";
		break;
	case TR_PACKET_FOREIGN:
		tr_reader_foreign(source->reader);
		return false;
	case TR_PACKET_NEWER:
		source->refused = true;
		break;
	case TR_PACKET_DAMAGED:
		break;
	}
	tr_reader_report(source, offset, why);
	return false;
}

enum slot { SLOT_EVENT, SLOT_FREE, SLOT_END };

/* Finds the next event in a run, from its offset on. */
static enum slot run_next(struct tr_source *source, struct tr_run *run, struct tr_node *node)
{
	for (; run->left && !source->refused; run->left--, run->offset += run->slot_size) {
		const uint8_t *slot;
		uint32_t type;

		if (run->offset + run->slot_size > source->map.size)
			return SLOT_END;
		slot = at(source, run->offset);
		/* The writer stores a block's type last, after everything in it. */
		type = __atomic_load_n((const uint32_t *)slot, __ATOMIC_ACQUIRE);
		if (!type && source->final) {
			if (!run->cut)
				tr_reader_report(source, run->offset, CUT);
			run->cut = true;
			continue;
		}
		if (type == TR_BLOCK_FREE || !type)
			return SLOT_FREE;
		if (type != TR_BLOCK_EPB || tr_u32(slot + 4) != run->slot_size ||
		    tr_u32(slot + run->slot_size - 4) != run->slot_size) {
			if (!run->cut)
				tr_reader_report(source, run->offset,
						 "a slot holds no event and is not free");
			run->cut = true;
			continue;
		}
		if (packet_node(source, run->offset, run->slot_size, node)) {
			node->run = run;
			return SLOT_EVENT;
		}
	}
	return SLOT_END;
}

static void run_over(struct tr_source *source, struct tr_run *run, enum slot why)
{
	if (why == SLOT_FREE && !source->final) {
		run->next = source->idle;
		source->idle = run;
		return;
	}
	free(run);
}

static void run_begin(struct tr_source *source, struct tr_run *run)
{
	bool rewritten = run->offset < TR_PREAMBLE && !source->final;
	struct tr_node node;
	enum slot found = rewritten ? SLOT_FREE : run_next(source, run, &node);

	if (found == SLOT_EVENT && tr_heap_push(&source->heap, node))
		return;
	run_over(source, run, found);
}

static void run_new(struct tr_source *source, uint64_t offset, uint32_t slot_size, uint32_t slots)
{
	struct tr_run *run = calloc(1, sizeof(*run));

	if (!run) {
		stop(source, offset, "no memory for so many extents");
		return;
	}
	run->offset = offset;
	run->slot_size = slot_size;
	run->left = slots;
	run_begin(source, run);
}

static struct tr_extent extent_at(const struct tr_source *source)
{
	struct tr_extent extent;

	memcpy(&extent, at(source, source->scanned), sizeof(extent));
	return extent;
}

static const char *unfit_extent(const struct tr_extent *extent)
{
	if (extent->size < sizeof(*extent) || extent->size % 4 || extent->size > INT64_MAX)
		return "an extent has an impossible size";
	if (extent->slot_size < 32 || extent->slot_size % 4 || extent->slot_size > TR_BLOCK_MAX)
		return "an extent has an impossible slot size";
	if ((uint64_t)extent->slot_size * extent->slots > extent->size - sizeof(*extent))
		return "an extent has more slots than space";
	return NULL;
}

/* What a head says of its slots is believed as far as there is a file for them. */
static void open_slots(struct tr_source *source, uint64_t offset, const struct tr_extent *extent)
{
	uint64_t size = extent->slot_size, fit = (source->map.size - offset) / size;
	uint32_t slots = extent->slots < fit ? extent->slots : (uint32_t)fit;

	if (offset >= TR_PREAMBLE) {
		run_new(source, offset, extent->slot_size, slots);
		return;
	}
	/* A slot each for what can be lost, used in any order and rewritten as the count goes up. */
	for (; slots && offset + size <= TR_PREAMBLE; slots--, offset += size)
		run_new(source, offset, extent->slot_size, 1);
}

static void open_extent(struct tr_source *source)
{
	struct tr_extent extent = extent_at(source);
	const char *why = unfit_extent(&extent);
	uint64_t start = source->scanned;

	source->next_known = false;
	if (why) {
		stop(source, start, why);
		return;
	}
	if (extent.size > source->map.size - start) {
		source->scanned = source->map.size;
		stop(source, start, "the file was cut inside this extent");
	} else {
		source->scanned = start + extent.size;
	}
	tr_reader_passed(source->reader, source->scanned - start);
	open_slots(source, start + sizeof(extent), &extent);
	tr_map_drop(&source->map, start);
}

static void scan_section(struct tr_source *source, uint32_t length)
{
	const char *why = tr_block_section(at(source, source->scanned), length);

	if (!why && source->extents)
		why = "another trace begins here: give traces as files of their own, or join them with "
		      "mergecap";
	if (why)
		stop(source, source->scanned, why);
	source->section.count = 0;
}

/* An extent begins at source->scanned. Returns false: it is opened in its own time. */
static bool find_extent(struct tr_source *source)
{
	struct tr_extent extent = extent_at(source);

	source->extents = true;
	source->next_time = extent.time;
	source->next_known = source->final || extent.size <= source->map.size - source->scanned;
	return false;
}

/* Looks at the block at source->scanned, or finds another one; false: there is none to look at now, or it is
 * an extent to be opened in its time. */
static bool scan_block(struct tr_source *source)
{
	uint64_t offset = source->scanned;
	uint32_t length = source->ended || source->next_known ? 0 : block_length(source, offset);
	const uint8_t *block = at(source, offset);
	struct tr_node node;
	const char *why = NULL;

	if (!length)
		return source->scanned > offset;
	switch (tr_u32(block)) {
	case TR_BLOCK_SHB:
		scan_section(source, length);
		break;
	case TR_BLOCK_IDB:
		why = tr_block_interface(&source->section, block, length);
		break;
	case TR_BLOCK_EPB:
		if (packet_node(source, offset, length, &node) && !tr_heap_push(&source->heap, node))
			why = "no memory for so many packets";
		break;
	case TR_BLOCK_FREE:
		if (is_extent(block, length))
			return find_extent(source);
		break;
	}
	if (why)
		stop(source, offset, why);
	source->scanned += length;
	tr_reader_passed(source->reader, length);
	tr_map_drop(&source->map, offset);
	return true;
}

/* The first page is among what is lost: packets are read as if it were there. */
static bool leap_to_first(struct tr_source *source)
{
	const struct tr_interface ours = {.resolution = 9};

	if (!source->final || tr_u32(source->map.at))
		return false;
	source->section.interfaces = malloc(sizeof(ours));
	if (!source->section.interfaces)
		return false;
	*source->section.interfaces = ours;
	source->section.count = source->section.room = 1;
	return leap(source, 0);
}

/* Checks the very first block, once it is there. */
static bool head_is_there(struct tr_source *source)
{
	uint64_t size = source->map.size;
	const char *why;

	if (source->scanned)
		return true;
	if (source->ended || (size < 28 && !source->final))
		return false;
	if (size >= 28 && leap_to_first(source))
		return true;
	why = size ? tr_block_section(source->map.at, size) : "is empty: nothing was recorded";
	if (why) {
		tr_reader_report(source, UINT64_MAX, why);
		source->ended = true;
	}
	return !why;
}

bool tr_source_peek(struct tr_source *source, struct tr_node *node)
{
	const struct tr_heap *heap = &source->heap;

	while (head_is_there(source) && !source->refused) {
		if (source->next_known) {
			if (heap->count && source->next_time > heap->nodes[0].time)
				break;
			open_extent(source);
		} else if (heap->count >= WINDOW || (!scan_block(source) && !source->next_known)) {
			break;
		}
	}
	if (!heap->count || source->refused)
		return false;
	*node = heap->nodes[0];
	return true;
}

static void advance(struct tr_source *source, struct tr_run *run)
{
	struct tr_node node;
	enum slot found;

	if (run) {
		run->offset += run->slot_size;
		run->left--;
		found = run_next(source, run, &node);
		if (found == SLOT_EVENT) {
			tr_heap_replace_first(&source->heap, node);
			return;
		}
		run_over(source, run, found);
	}
	tr_heap_pop(&source->heap);
}

bool tr_source_take(struct tr_source *source, uint8_t *buffer, struct tr_event *event)
{
	struct tr_node node = source->heap.nodes[0];
	uint64_t left = source->map.size - node.offset;
	uint32_t length = node.run ? node.run->slot_size : tr_u32(at(source, node.offset) + 4);
	const char *why = "a block changed while it was read";
	enum tr_packet kind = TR_PACKET_DAMAGED;

	if (length >= 32 && length <= TR_BLOCK_MAX && length <= left) {
		/* From here on only the copy is looked at: the file may change under our hands. */
		memcpy(buffer, at(source, node.offset), length);
		memcpy(buffer + 4, &length, sizeof(length));
		why = NULL;
		kind = tr_packet_read(buffer, length, event, &why);
	}
	advance(source, node.run);
	if (why)
		tr_reader_report(source, node.offset, why);
	event->time = node.time;
	event->file = source->file;
	event->interface = tr_u32(buffer + 8);
	if (event->interface < source->section.count)
		memcpy(event->description, source->section.interfaces[event->interface].description,
		       sizeof(event->description));
	event->offset = node.offset;
	return kind == TR_PACKET_OURS;
}

void tr_source_refresh(struct tr_source *source)
{
	struct tr_run *idle = source->idle;

	tr_map_refresh(&source->map);
	source->idle = NULL;
	while (idle) {
		struct tr_run *run = idle;

		idle = run->next;
		run_begin(source, run);
	}
}

void tr_source_close(struct tr_source *source)
{
	for (size_t i = 0; i < source->heap.count; i++)
		free(source->heap.nodes[i].run);
	while (source->idle) {
		struct tr_run *run = source->idle;

		source->idle = run->next;
		free(run);
	}
	free(source->heap.nodes);
	free(source->section.interfaces);
	tr_map_close(&source->map);
	memset(source, 0, sizeof(*source));
}
