/* SPDX-License-Identifier: MIT */
/*
 * ZMTP 3.1 with the GSSAPI mechanism, by hand: greeting, frames and the envelope of its commands, over a
 * socket of 127.0.0.1, for peers that do not keep to it.
 *
 * Everything is bounded: a read that gets nothing for PATIENCE_MS gives up. Nothing here checks a peer; who
 * includes this wants to send what no libzmq would. Specification: rfc.zeromq.org/spec/37 and /38.
 */
#ifndef HOSTILE_ZMTP_H
#define HOSTILE_ZMTP_H

#include <arpa/inet.h>
#include <errno.h>
#include <gssapi/gssapi.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 10000
#define FRAME_MAX 65536

enum frame_flag { FRAME_MORE = 1, FRAME_LONG = 2, FRAME_COMMAND = 4 };
enum inner_flag { INNER_MORE = 1, INNER_COMMAND = 2 }; /* the first byte of what is wrapped */

struct bytes {
	size_t length;
	uint8_t at[FRAME_MAX];
};

static inline void add(struct bytes *b, const void *from, size_t length)
{
	if (length > sizeof(b->at) - b->length)
		length = sizeof(b->at) - b->length;
	memcpy(b->at + b->length, from, length);
	b->length += length;
}

static inline void add_u32(struct bytes *b, uint32_t n)
{
	uint32_t big = htonl(n);

	add(b, &big, 4);
}

/* 0, or -1 when the peer is gone or too slow. */
static inline int read_all(int fd, void *to, size_t length)
{
	uint8_t *at = to;

	while (length) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t n = poll(&p, 1, PATIENCE_MS) == 1 ? read(fd, at, length) : -1;

		if (n <= 0)
			return -1;
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

static inline int write_all(int fd, const void *from, size_t length)
{
	const uint8_t *at = from;

	while (length) {
		ssize_t n = send(fd, at, length, MSG_NOSIGNAL);

		if (n <= 0)
			return -1;
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

/* Adds a frame whose header says `claimed` bytes, whatever the body has. */
static inline void add_frame(struct bytes *to, uint8_t flags, uint64_t claimed, const struct bytes *body)
{
	uint8_t head[9] = {flags};
	size_t length = 2;

	if (claimed > 255) {
		head[0] |= FRAME_LONG;
		for (int i = 0; i < 8; i++)
			head[1 + i] = (uint8_t)(claimed >> (56 - 8 * i));
		length = 9;
	} else {
		head[1] = (uint8_t)claimed;
	}
	add(to, head, length);
	add(to, body->at, body->length);
}

static inline int read_frame(int fd, struct bytes *body)
{
	uint8_t flags, size[8];
	uint64_t length = 0;
	int wide;

	if (read_all(fd, &flags, 1))
		return -1;
	wide = flags & FRAME_LONG ? 8 : 1;
	if (read_all(fd, size, (size_t)wide))
		return -1;
	for (int i = 0; i < wide; i++)
		length = length << 8 | size[i];
	if (length > sizeof(body->at))
		return -1;
	body->length = length;
	return read_all(fd, body->at, length);
}

static inline int greet(int fd, int as_server)
{
	uint8_t mine[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, 'G', 'S', 'S', 'A', 'P', 'I'},
		theirs[64];

	mine[32] = (uint8_t)as_server;
	return write_all(fd, mine, sizeof(mine)) || read_all(fd, theirs, sizeof(theirs)) ? -1 : 0;
}

/* name: as on the wire, its length first: "\x08INITIATE", "\x07MESSAGE". */
static inline void envelope(struct bytes *b, const char *name, const void *token, size_t length)
{
	b->length = 0;
	add(b, name, 1 + (size_t)(uint8_t)name[0]);
	add_u32(b, (uint32_t)length);
	add(b, token, length);
}

/* The token of an envelope with this name; its length or -1. It points into the frame. */
static inline ssize_t opened(struct bytes *frame, const char *name, uint8_t **token)
{
	size_t head = 1 + (size_t)(uint8_t)name[0];

	if (frame->length < head + 4 || memcmp(frame->at, name, head))
		return -1;
	*token = frame->at + head + 4;
	return (ssize_t)(frame->length - head - 4);
}

#endif
