/* SPDX-License-Identifier: MIT */
/*
 * Traces made by hand, for tests of the reader and the printers: as the writer leaves them, as mergecap does,
 * and wrong ones. Fails the test when memory or a file cannot be had.
 */
#ifndef TESTS_BUILD_TRACE_H
#define TESTS_BUILD_TRACE_H

#include "trace/format.h"

#include <stddef.h>
#include <stdint.h>

struct image {
	uint8_t *bytes;
	size_t length, room;
};

/* One event being made; zero it, set what matters, add fields. */
struct packet {
	struct tr_head head; /* version is set by packet_new */
	uint64_t time;	     /* in the units of the interface */
	uint32_t interface;
	const void *payload;
	size_t payload_length;
	const char *comment;
	uint16_t tag; /* TR_TAG; another one makes a packet that is not ours */
	uint8_t fields[4096];
	size_t used;
};

struct packet packet_new(enum tr_event_id event, uint64_t time, uint32_t tid, uint64_t seq);
void packet_put(struct packet *packet, unsigned id, const void *value, size_t length);
void packet_u32(struct packet *packet, unsigned id, uint32_t value);
void packet_u64(struct packet *packet, unsigned id, uint64_t value);
void packet_text(struct packet *packet, unsigned id, const char *text);
void packet_token(struct packet *packet, unsigned id, uint64_t length, uint32_t flags, uint8_t hash);

/* Events as they come most often: a gss_wrap that succeeded, with nothing to show but its context ... */
struct packet packet_call(uint64_t time, uint32_t tid, uint64_t seq);
/* ... the input token of the call that comes next in thread 1: these bytes ... */
struct packet packet_input(uint64_t time, uint64_t seq, const char *bytes);
/* ... and such a call, a gss_init_sec_context with an input token of 5 bytes whose own bytes are "answer". */
struct packet packet_init_sec_context(uint64_t time, uint64_t seq);

void image_free(struct image *image);
void image_add(struct image *image, const void *bytes, size_t length);
/* SHB, and an interface with this link type and resolution. */
void image_section(struct image *image);
void image_interface(struct image *image, uint16_t link_type, uint8_t resolution);
/* Both, filled up to where extents begin. */
void image_preamble(struct image *image);
/* A block of its own. */
void image_packet(struct image *image, const struct packet *packet);
/* An extent of free slots; returns its offset. */
size_t image_extent(struct image *image, uint64_t time, uint32_t slot_size, uint32_t slots);
void image_slot(struct image *image, size_t extent, uint32_t slot, const struct packet *packet);
/* The same with a packet_call of thread 1. */
void image_slot_call(struct image *image, size_t extent, uint32_t slot, uint64_t time, uint64_t seq);

/* Writes it to path, over what is there, without making a new file. */
void image_write(const struct image *image, const char *path);

#endif
