/* SPDX-License-Identifier: MIT */
/*
 * See build_trace.h. Written from gsstap-trace(5), apart from trace/writer*.c, so that a mistake there is not
 * repeated here.
 */
#include "tests/unit/build_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct packet packet_new(enum tr_event_id event, uint64_t time, uint32_t tid, uint64_t seq)
{
	return (struct packet){
		.head = {.version = TR_VERSION,
			 .event = (uint16_t)event,
			 .pid = 4711,
			 .tid = tid,
			 .seq = seq},
		.time = time,
		.tag = TR_TAG,
	};
}

void packet_put(struct packet *packet, unsigned id, const void *value, size_t length)
{
	struct tr_field field = {.id = (uint16_t)id, .length = (uint16_t)length};
	size_t padded = (length + 3) & ~(size_t)3;

	assert_true(packet->used + sizeof(field) + padded <= sizeof(packet->fields));
	memcpy(packet->fields + packet->used, &field, sizeof(field));
	memset(packet->fields + packet->used + sizeof(field), 0, padded);
	if (length)
		memcpy(packet->fields + packet->used + sizeof(field), value, length);
	packet->used += sizeof(field) + padded;
}

void packet_u32(struct packet *packet, unsigned id, uint32_t value)
{
	packet_put(packet, id, &value, sizeof(value));
}

void packet_u64(struct packet *packet, unsigned id, uint64_t value)
{
	packet_put(packet, id, &value, sizeof(value));
}

void packet_text(struct packet *packet, unsigned id, const char *text)
{
	packet_put(packet, id, text, strlen(text));
}

void packet_token(struct packet *packet, unsigned id, uint64_t length, uint32_t flags, uint8_t hash)
{
	struct tr_token token = {.length = length, .flags = flags};

	memset(token.hash, hash, sizeof(token.hash));
	packet_put(packet, id, &token, sizeof(token));
}

struct packet packet_call(uint64_t time, uint32_t tid, uint64_t seq)
{
	struct packet packet = packet_new(TR_E_call, time, tid, seq);

	packet.head.call = TR_gss_wrap;
	packet_u64(&packet, TR_F_CONTEXT, 0x1000);
	packet_u32(&packet, TR_F_MAJOR, 0);
	return packet;
}

struct packet packet_input(uint64_t time, uint64_t seq, const char *bytes)
{
	struct packet packet = packet_new(TR_E_token, time, 1, seq);

	packet_u64(&packet, TR_F_OF_SEQ, seq + 1);
	packet.head.where = TR_WHERE_IN_TOKEN;
	packet.payload = bytes;
	packet.payload_length = strlen(bytes);
	return packet;
}

struct packet packet_init_sec_context(uint64_t time, uint64_t seq)
{
	struct packet packet = packet_new(TR_E_call, time, 1, seq);

	packet.head.call = TR_gss_init_sec_context;
	packet.head.where = TR_WHERE_OUT_TOKEN;
	packet_token(&packet, TR_F_IN_TOKEN, 5, TR_TOKEN_IN_EVENT, 1);
	packet_token(&packet, TR_F_OUT_TOKEN, 6, 0, 2);
	packet.payload = "answer";
	packet.payload_length = 6;
	return packet;
}

void image_free(struct image *image)
{
	free(image->bytes);
	*image = (struct image){0};
}

void image_add(struct image *image, const void *bytes, size_t length)
{
	/* Doubled: a sanitizer's realloc copies each time. */
	if (image->length + length >= image->room) {
		image->room = 2 * (image->length + length + 1);
		image->bytes = realloc(image->bytes, image->room);
	}
	assert_non_null(image->bytes);
	if (bytes)
		memcpy(image->bytes + image->length, bytes, length);
	else
		memset(image->bytes + image->length, 0, length);
	image->length += length;
}

static void add32(struct image *image, uint32_t value)
{
	image_add(image, &value, sizeof(value));
}

static void pad(struct image *image)
{
	image_add(image, NULL, -image->length & 3);
}

void image_section(struct image *image)
{
	const uint32_t block[] = {TR_BLOCK_SHB, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28};

	image_add(image, block, sizeof(block));
}

void image_interface(struct image *image, uint16_t link_type, uint8_t resolution)
{
	const uint32_t block[] = {TR_BLOCK_IDB, 32, link_type, 0, 9 | 1 << 16, resolution, 0, 32};

	image_add(image, block, sizeof(block));
}

static void lay_free(uint8_t *at, uint32_t length)
{
	const uint32_t type = TR_BLOCK_FREE;

	memcpy(at, &type, 4);
	memcpy(at + 4, &length, 4);
	memcpy(at + length - 4, &length, 4);
}

void image_preamble(struct image *image)
{
	size_t used;

	image_section(image);
	image_interface(image, TR_LINKTYPE, 9);
	used = image->length;
	image_add(image, NULL, TR_PREAMBLE - used);
	lay_free(image->bytes + used, (uint32_t)(TR_PREAMBLE - used));
}

static void add_tag(struct image *image, uint16_t tag, size_t length)
{
	const uint8_t bytes[] = {(uint8_t)(tag >> 8), (uint8_t)tag, (uint8_t)(length >> 8), (uint8_t)length};

	image_add(image, bytes, sizeof(bytes));
}

static void add_option(struct image *image, uint16_t code, const char *text)
{
	add32(image, code | (uint32_t)strlen(text) << 16);
	image_add(image, text, strlen(text));
	pad(image);
}

/* The block of a packet, as long as needed or, when slot is given, as long as that. */
static struct image block_of(const struct packet *packet, uint32_t slot)
{
	struct image block = {0};
	uint32_t captured, fill;

	add32(&block, TR_BLOCK_EPB);
	add32(&block, 0);
	add32(&block, packet->interface);
	add32(&block, (uint32_t)(packet->time >> 32));
	add32(&block, (uint32_t)packet->time);
	image_add(&block, NULL, 8);
	add_tag(&block, TR_TAG_DISSECTOR, 8);
	image_add(&block, "gssapi\0", 8);
	add_tag(&block, packet->tag, sizeof(packet->head) + packet->used);
	image_add(&block, &packet->head, sizeof(packet->head));
	image_add(&block, packet->fields, packet->used);
	add_tag(&block, TR_TAG_END, 0);
	image_add(&block, packet->payload, packet->payload_length);
	captured = (uint32_t)block.length - 28;
	memcpy(block.bytes + 20, &captured, 4);
	memcpy(block.bytes + 24, &captured, 4);
	pad(&block);
	if (packet->comment)
		add_option(&block, 1, packet->comment);
	if (slot) { /* an option that nobody reads fills the rest */
		assert_true(block.length + 12 <= slot);
		fill = slot - (uint32_t)block.length - 12;
		add32(&block, 2988 | fill << 16);
		image_add(&block, NULL, fill);
	}
	add32(&block, 0);
	add32(&block, (uint32_t)block.length + 4);
	memcpy(block.bytes + 4, block.bytes + block.length - 4, 4);
	return block;
}

void image_packet(struct image *image, const struct packet *packet)
{
	struct image block = block_of(packet, 0);

	image_add(image, block.bytes, block.length);
	image_free(&block);
}

size_t image_extent(struct image *image, uint64_t time, uint32_t slot_size, uint32_t slots)
{
	struct tr_extent extent = {
		.block_type = TR_BLOCK_FREE,
		.block_length = sizeof(extent),
		.magic = TR_EXTENT_MAGIC,
		.size = sizeof(extent) + (uint64_t)slot_size * slots,
		.time = time,
		.slot_size = slot_size,
		.slots = slots,
		.block_length_again = sizeof(extent),
	};
	size_t offset = image->length;

	image_add(image, &extent, sizeof(extent));
	for (uint32_t i = 0; i < slots; i++) {
		image_add(image, NULL, slot_size);
		lay_free(image->bytes + image->length - slot_size, slot_size);
	}
	return offset;
}

void image_slot(struct image *image, size_t extent, uint32_t slot, const struct packet *packet)
{
	struct tr_extent head;
	struct image block;

	memcpy(&head, image->bytes + extent, sizeof(head));
	assert_true(slot < head.slots);
	block = block_of(packet, head.slot_size);
	memcpy(image->bytes + extent + sizeof(head) + (size_t)slot * head.slot_size, block.bytes,
	       block.length);
	image_free(&block);
}

void image_slot_call(struct image *image, size_t extent, uint32_t slot, uint64_t time, uint64_t seq)
{
	struct packet packet = packet_call(time, 1, seq);

	image_slot(image, extent, slot, &packet);
}

void image_write(const struct image *image, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, image->bytes, image->length), (ssize_t)image->length);
	assert_int_equal(ftruncate(fd, (off_t)image->length), 0);
	close(fd);
}
