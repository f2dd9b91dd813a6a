/* SPDX-License-Identifier: MIT */
/*
 * Events as the packets that they are, in a new pcapng file: what stock Wireshark reads of a trace, in order
 * of time and without free slots. Each interface of each trace stays one of its own, under its own
 * description, so that the file can be read as a trace again.
 */
#include "tools/base/table.h"
#include "tools/view/sink.h"

#include <stdlib.h>
#include <string.h>

struct key {
	uint64_t file, interface;
};

struct interface {
	struct table_entry entry;
	struct key key;
	uint32_t number;
};

struct packets {
	struct sink sink;
	struct table interfaces;
};

static void put32(struct out *out, uint32_t value)
{
	out_raw(out, &value, sizeof(value));
}

static uint32_t padded(size_t length)
{
	return (uint32_t)((length + 3) & ~(size_t)3);
}

static void put_padded(struct out *out, const void *bytes, size_t length)
{
	static const char zeros[3];

	out_raw(out, bytes, length);
	out_raw(out, zeros, padded(length) - length);
}

/* length is below 65536. */
static void put_option(struct out *out, uint32_t code, const void *value, size_t length)
{
	put32(out, code | (uint32_t)length << 16);
	put_padded(out, value, length);
}

static void put_section(struct out *out)
{
	static const char application[] = "gsstap";
	uint32_t length = 28 + 4 + padded(sizeof(application) - 1) + 4;

	put32(out, TR_BLOCK_SHB);
	put32(out, length);
	put32(out, 0x1a2b3c4d); /* the order of our bytes */
	put32(out, 1);		/* version 1.0 */
	put32(out, UINT32_MAX); /* as long as it gets */
	put32(out, UINT32_MAX);
	put_option(out, 4, application, sizeof(application) - 1);
	put32(out, 0);
	put32(out, length);
}

static void put_interface(struct out *out, const struct tr_event *event)
{
	static const char name[] = "gsstap", nanoseconds = 9;
	size_t description = strnlen((const char *)event->description, sizeof(event->description));
	uint32_t length = 20 + 4 + padded(sizeof(name) - 1) + 4 + padded(description) + 8 + 4;

	put32(out, TR_BLOCK_IDB);
	put32(out, length);
	put32(out, TR_LINKTYPE);
	put32(out, TR_PACKET_MAX);
	put_option(out, 2, name, sizeof(name) - 1);
	put_option(out, 3, event->description, description);
	put_option(out, 9, &nanoseconds, 1);
	put32(out, 0);
	put32(out, length);
}

static bool same(const struct table_entry *entry, const void *key)
{
	return !memcmp(&((const struct interface *)entry)->key, key, sizeof(struct key));
}

/* The interface of an event, written ahead of its first packet. NULL: no memory. */
static const struct interface *interface_of(struct packets *packets, const struct tr_event *event)
{
	struct key key = {event->file, event->interface};
	uint64_t hash = table_hash(&key, sizeof(key));
	struct interface *interface = table_find(&packets->interfaces, hash, same, &key);

	if (interface)
		return interface;
	interface = calloc(1, sizeof(*interface));
	if (!interface)
		return NULL;
	interface->key = key;
	interface->number = (uint32_t)packets->interfaces.count;
	if (!table_add(&packets->interfaces, &interface->entry, hash)) {
		free(interface);
		return NULL;
	}
	put_interface(packets->sink.out, event);
	return interface;
}

/* A packet that Wireshark would stumble over is cut: what is lost is of its token. */
static bool add(struct sink *sink, const struct tr_event *event, bool wanted)
{
	const struct interface *interface = wanted ? interface_of((struct packets *)sink, event) : NULL;
	uint32_t size = (uint32_t)event->packet.length, kept = size < TR_PACKET_MAX ? size : TR_PACKET_MAX;
	uint32_t comment = event->comment.at ? 4 + padded(event->comment.length) : 0;
	uint32_t flags = event->flags ? 8 : 0, length = 32 + padded(kept) + comment + flags + 4;
	struct out *out = sink->out;

	if (!wanted || !interface)
		return !wanted;
	put32(out, TR_BLOCK_EPB);
	put32(out, length);
	put32(out, interface->number);
	put32(out, (uint32_t)(event->time >> 32));
	put32(out, (uint32_t)event->time);
	put32(out, kept);
	put32(out, size);
	put_padded(out, event->packet.at, kept);
	if (comment)
		put_option(out, 1, event->comment.at, event->comment.length);
	if (flags)
		put_option(out, 2, &event->flags, sizeof(event->flags));
	put32(out, 0);
	put32(out, length);
	return true;
}

static bool end(struct sink *sink)
{
	(void)sink;
	return true;
}

static void release_interface(struct table_entry *entry)
{
	free(entry);
}

static void release(struct sink *sink)
{
	table_free(&((struct packets *)sink)->interfaces, release_interface);
	free(sink);
}

struct sink *sink_packets(struct out *out)
{
	struct packets *packets = calloc(1, sizeof(*packets));

	if (!packets)
		return NULL;
	packets->sink = (struct sink){.add = add, .end = end, .release = release, .out = out};
	put_section(out);
	return &packets->sink;
}
