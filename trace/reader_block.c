/* SPDX-License-Identifier: MIT */
/*
 * pcapng blocks (draft-ietf-opsawg-pcapng) and, in a packet's data, the tags of Wireshark's exported PDUs:
 * two bytes tag, two bytes length, both big-endian, then the value; tag 0 ends them and the payload follows.
 *
 * Every function is given the bytes it may look at, and looks at no others.
 */
#include "trace/reader_private.h"

#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define OPTION_COMMENT 1
#define OPTION_FLAGS 2
#define OPTION_DESCRIPTION 3
#define OPTION_TSRESOL 9
#define OPTION_TSOFFSET 14

static uint16_t u16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint16_t big16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

const char *tr_block_section(const uint8_t *block, size_t length)
{
	static const uint8_t big_endian[] = {0x1a, 0x2b, 0x3c, 0x4d};
	uint32_t type = length >= 4 ? tr_u32(block) : 0;

	if (type == 0xa1b2c3d4 || type == 0xa1b23c4d || type == 0xd4c3b2a1 || type == 0x4d3cb2a1)
		return "is a pcap file, not pcapng: gsstap's events cannot be in it whole";
	if (!type && length >= 28)
		return "is not a gsstap trace (it begins with zeros: somebody may have cut it while it was "
		       "written)";
	if (type != TR_BLOCK_SHB)
		return "is not a gsstap trace (no pcapng section header)";
	if (length < 28)
		return "ends in the middle of its header";
	if (!memcmp(block + 8, big_endian, sizeof(big_endian)))
		return "is not a gsstap trace (big-endian pcapng; traces are little-endian)";
	if (tr_u32(block + 8) != BYTE_ORDER_MAGIC || u16(block + 12) != 1)
		return "is not a gsstap trace (pcapng of an unknown version)";
	return NULL;
}

/* The next option: its length, or -1 at the end or when the rest is damaged. */
static int next_option(const uint8_t **at, const uint8_t *end, uint16_t *code, const uint8_t **value)
{
	size_t left = (size_t)(end - *at);
	uint16_t length;

	if (left < 4)
		return -1;
	*code = u16(*at);
	length = u16(*at + 2);
	*value = *at + 4;
	if (!*code || ((length + 3u) & ~3u) > left - 4)
		return -1;
	*at += 4 + ((length + 3u) & ~3u);
	return length;
}

const char *tr_block_interface(struct tr_section *section, const uint8_t *block, size_t length)
{
	struct tr_interface interface = {.resolution = 6};
	const uint8_t *at = block + 16, *end = block + length - 4, *value;
	uint16_t code;
	int size;

	if (length < 20)
		return "an interface description is too short";
	interface.foreign = u16(block + 8) != TR_LINKTYPE;
	while ((size = next_option(&at, end, &code, &value)) >= 0) {
		if (code == OPTION_TSRESOL && size == 1)
			interface.resolution = *value;
		else if (code == OPTION_TSOFFSET && size == 8)
			memcpy(&interface.offset, value, sizeof(interface.offset));
		else if (code == OPTION_DESCRIPTION)
			memcpy(interface.description, value,
			       size < TR_DESCRIPTION_MAX ? size : TR_DESCRIPTION_MAX);
	}
	if (section->count == section->room) {
		size_t room = section->room ? 2 * section->room : 8;
		struct tr_interface *more = reallocarray(section->interfaces, room, sizeof(*more));

		if (!more)
			return "too many interfaces for the memory";
		section->interfaces = more;
		section->room = room;
	}
	section->interfaces[section->count++] = interface;
	return NULL;
}

/* A packet's timestamp in ns since the epoch; one that does not fit becomes the nearest that does. */
static uint64_t nanoseconds(const struct tr_interface *interface, uint64_t stamp)
{
	__int128 ns = stamp;
	unsigned exponent = interface->resolution & 0x7f;

	if (interface->resolution == 9 && !interface->offset)
		return stamp;
	if (interface->resolution & 0x80) {
		if (exponent > 94) /* 2^64 * 10^9 needs 94 bits */
			exponent = 94;
		ns = ns * 1000000000 >> exponent;
	} else {
		for (; exponent < 9; exponent++)
			ns *= 10;
		for (; exponent > 9 && ns; exponent--)
			ns /= 10;
	}
	ns += (__int128)interface->offset * 1000000000;
	return ns < 0 ? 0 : ns > UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}

struct located {
	const uint8_t *head, *fields_end, *payload, *payload_end;
	uint32_t padded; /* bytes of packet data in the block */
};

/* Finds our tag in the data of a packet. */
static enum tr_packet locate(const uint8_t *block, size_t length, struct located *found, const char **why)
{
	uint32_t captured = length >= 32 ? tr_u32(block + 20) : UINT32_MAX;
	const uint8_t *at = block + 28, *end;

	if (captured > length - 32 || ((captured + 3) & ~3u) > length - 32) {
		*why = "a packet is longer than its block";
		return TR_PACKET_DAMAGED;
	}
	found->padded = (captured + 3) & ~3u;
	found->head = NULL;
	for (end = at + captured; end - at >= 4;) {
		uint16_t tag = big16(at), size = big16(at + 2);

		at += 4;
		if (size > end - at)
			break;
		if (tag == TR_TAG && !found->head) {
			found->head = at;
			found->fields_end = at + size;
		}
		at += size;
		if (tag != TR_TAG_END)
			continue;
		found->payload = at;
		found->payload_end = end;
		return found->head ? TR_PACKET_OURS : TR_PACKET_FOREIGN;
	}
	if (!found->head)
		return TR_PACKET_FOREIGN;
	*why = "the tags of a packet do not end (was it cut to a snapshot length?)";
	return TR_PACKET_DAMAGED;
}

static enum tr_packet check_head(const struct located *found, const char **why)
{
	size_t size = (size_t)(found->fields_end - found->head);

	if (size && found->head[0] > TR_VERSION) {
		*why = "this trace was written by a newer gsstap, whose events this one does not know";
		return TR_PACKET_NEWER;
	}
	if (size < sizeof(struct tr_head) || found->head[0] != TR_VERSION) {
		*why = "the event in a packet has no valid head";
		return TR_PACKET_DAMAGED;
	}
	return TR_PACKET_OURS;
}

enum tr_packet tr_packet_peek(const struct tr_section *section, const uint8_t *block, size_t length,
			      struct tr_node *node, const char **why)
{
	struct located found;
	enum tr_packet kind = locate(block, length, &found, why);
	uint32_t interface;
	uint64_t stamp;

	if (kind != TR_PACKET_OURS)
		return kind;
	interface = tr_u32(block + 8);
	if (interface >= section->count) {
		*why = "a packet names an interface that is not there";
		return TR_PACKET_DAMAGED;
	}
	if (section->interfaces[interface].foreign)
		return TR_PACKET_FOREIGN;
	kind = check_head(&found, why);
	if (kind != TR_PACKET_OURS)
		return kind;
	stamp = (uint64_t)tr_u32(block + 12) << 32 | tr_u32(block + 16);
	node->time = nanoseconds(&section->interfaces[interface], stamp);
	memcpy(&node->seq, found.head + offsetof(struct tr_head, seq), sizeof(node->seq));
	return kind;
}

static void find_options(const uint8_t *at, const uint8_t *end, struct tr_event *event)
{
	const uint8_t *value;
	uint16_t code;
	int size;

	while ((size = next_option(&at, end, &code, &value)) >= 0)
		if (code == OPTION_COMMENT && !event->comment.at)
			event->comment = (struct tr_bytes){.at = value, .length = (size_t)size};
		else if (code == OPTION_FLAGS && size == 4)
			event->flags = tr_u32(value);
}

/* The fields up to the first that is damaged. */
static bool whole_fields(struct tr_cursor cursor, const uint8_t **good_end, int depth)
{
	struct tr_value value;
	const uint8_t *end = cursor.at;

	while (tr_cursor_next(&cursor, &value)) {
		if (value.info && value.info->type == TR_TYPE_GROUP &&
		    (!depth || !whole_fields(tr_cursor_into(&value), NULL, depth - 1)))
			break;
		end = cursor.at;
	}
	if (good_end)
		*good_end = end;
	return !cursor.bad && cursor.at == cursor.end;
}

enum tr_packet tr_packet_read(const uint8_t *block, size_t length, struct tr_event *event, const char **why)
{
	struct located found;
	enum tr_packet kind = locate(block, length, &found, why);

	if (kind != TR_PACKET_OURS)
		return kind;
	kind = check_head(&found, why);
	if (kind != TR_PACKET_OURS)
		return kind;
	memset(event, 0, sizeof(*event));
	memcpy(&event->head, found.head, sizeof(event->head));
	event->fields.at = found.head + sizeof(event->head);
	event->fields.end = found.fields_end;
	if (!whole_fields(event->fields, &event->fields.end, 2))
		*why = "an event's fields are damaged";
	if (event->head.where > TR_WHERE_NONE && event->head.where <= TR_WHERE_MESSAGE)
		event->bytes[event->head.where] = (struct tr_bytes){
			.at = found.payload, .length = (size_t)(found.payload_end - found.payload)};
	event->packet =
		(struct tr_bytes){.at = block + 28, .length = (size_t)(found.payload_end - block) - 28};
	find_options(block + 28 + found.padded, block + length - 4, event);
	return kind;
}
