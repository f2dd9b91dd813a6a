/* SPDX-License-Identifier: MIT */
/* See buffer.h. */
#include "shim/wire/buffer.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST 16384u	 /* libzmq moves 8 kB at a time, and a frame has some 80 bytes more here */
#define USUAL (2u << 20) /* one that has grown beyond is not kept: as much as messages of 1 MB need */

bool tap_wire_room(struct wire_buffer *b, size_t more)
{
	size_t left = wire_left(b), room = b->room ? b->room : FIRST;
	int saved = errno;
	void *grown;

	if (!left)
		b->at = b->end = 0;
	if (b->room - b->end >= more)
		return true;
	if (b->at && b->room - left >= more) {
		memmove(b->bytes, wire_front(b), left);
		b->at = 0;
		b->end = left;
		return true;
	}
	while (room - b->end < more) {
		if (room > SIZE_MAX / 4)
			return false;
		room *= 2;
	}
	grown = b->bytes ? mremap(b->bytes, b->room, room, MREMAP_MAYMOVE)
			 : mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	errno = saved;
	if (grown == MAP_FAILED)
		return false;
	b->bytes = grown;
	b->room = room;
	return true;
}

bool tap_wire_put(struct wire_buffer *b, const void *bytes, size_t count)
{
	if (!count)
		return true;
	if (!tap_wire_room(b, count))
		return false;
	memcpy(b->bytes + b->end, bytes, count);
	b->end += count;
	return true;
}

void tap_wire_drop(struct wire_buffer *b)
{
	b->at = b->end = 0;
	if (b->room > USUAL)
		tap_wire_free(b);
}

void tap_wire_free(struct wire_buffer *b)
{
	int saved = errno;

	if (b->bytes)
		munmap(b->bytes, b->room);
	*b = (struct wire_buffer){0};
	errno = saved;
}
