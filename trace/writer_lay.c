/* SPDX-License-Identifier: MIT */
/*
 * What a trace consists of beside its events: free blocks, the heads of extents, the preamble.
 */
#include "trace/writer_private.h"

#include <string.h>

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, 4);
}

void tr_lay_free(uint8_t *at, uint32_t length)
{
	put32(at, TR_BLOCK_FREE);
	put32(at + 4, length);
	put32(at + length - 4, length);
}

void tr_lay_extent(uint8_t *at, uint64_t size, uint32_t slot_size, uint32_t slots, uint64_t time,
		   uint32_t tid)
{
	struct tr_extent extent = {
		.block_type = TR_BLOCK_FREE,
		.block_length = sizeof(extent),
		.magic = TR_EXTENT_MAGIC,
		.size = size,
		.time = time,
		.slot_size = slot_size,
		.slots = slots,
		.tid = tid,
		.block_length_again = sizeof(extent),
	};
	memcpy(at, &extent, sizeof(extent));
}

static size_t put_option(uint8_t *at, uint16_t code, const char *text)
{
	uint16_t length = (uint16_t)strlen(text);

	memcpy(at, &code, 2);
	memcpy(at + 2, &length, 2);
	memcpy(at + 4, text, length);
	return 4 + ((length + 3u) & ~3u);
}

/* The interface is named after the trace: what joins traces (mergecap) takes interfaces that are alike for
 * one, and then two processes with one pid cannot be told apart any more. */
static size_t put_description(uint8_t *at, uint64_t id)
{
	char text[] = "trace 0000000000000000";

	for (size_t i = sizeof(text) - 2; id; i--, id >>= 4)
		text[i] = "0123456789abcdef"[id & 15];
	return put_option(at, 3, text);
}

static size_t close_block(uint8_t *at, size_t length)
{
	length += 8; /* opt_endofopt, then the length again */
	put32(at + 4, (uint32_t)length);
	put32(at + length - 4, (uint32_t)length);
	return length;
}

void tr_lay_preamble(uint8_t page[TR_PREAMBLE], uint64_t id, uint64_t time, uint32_t tid)
{
	static const uint8_t section[24] = {0x0a, 0x0d, 0x0d, 0x0a, 0,	  0,	0,    0,
					    0x4d, 0x3c, 0x2b, 0x1a, 1,	  0,	0,    0,
					    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t interface[16] = {1, 0, 0, 0, 0, 0, 0, 0, TR_LINKTYPE, 0, 0, 0, 0, 0, 4, 0};
	static const char resolution[] = {9, 0}; /* 10^-9 s */
	const struct tr_id own = {TR_ID_MAGIC, id};
	size_t n, used;

	memset(page, 0, TR_PREAMBLE);
	memcpy(page, section, sizeof(section));
	n = sizeof(section);
	n += put_option(page + n, 4, "gsstap");
	used = close_block(page, n);

	memcpy(page + used, interface, sizeof(interface));
	n = sizeof(interface);
	n += put_option(page + used + n, 2, "gsstap");
	n += put_description(page + used + n, id);
	n += put_option(page + used + n, 9, resolution);
	used += close_block(page + used, n);

	tr_lay_free(page + used, (uint32_t)(TR_PREAMBLE - TR_DROP_EXTENT - used));
	memcpy(page + TR_ID_AT, &own, sizeof(own));
	page += TR_PREAMBLE - TR_DROP_EXTENT;
	tr_lay_extent(page, TR_DROP_EXTENT, TR_DROP_SLOT, TR_DROPS, time, tid);
	for (int i = 0; i < TR_DROPS; i++)
		tr_lay_free(page + sizeof(struct tr_extent) + i * TR_DROP_SLOT, TR_DROP_SLOT);
}

void tr_lay_page(uint8_t page[TR_PAGE], int class, uint64_t time, uint32_t tid)
{
	uint32_t at = sizeof(struct tr_extent), size = tr_slot_sizes[class];

	memset(page, 0, TR_PAGE);
	tr_lay_extent(page, TR_PAGE, size, (TR_PAGE - at) / size, time, tid);
	for (; at + size <= TR_PAGE; at += size)
		tr_lay_free(page + at, size);
}
