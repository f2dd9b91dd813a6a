/* SPDX-License-Identifier: MIT */
/* See buffer.h. */
#include "shim/wire/buffer.h"

#include "shim/core/filter.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST 16384u	 /* libzmq moves 8 kB at a time, and a frame has some 80 bytes more here */
#define USUAL (2u << 20) /* one that has grown beyond is not kept: as much as messages of 1 MB need */
#define KEPT 8		 /* more than a thread or two need at a time */

/*
 * What the last connections were done with: memory that is in the cache, and that no idle connection has. An
 * address, or 0; a page's offset has room for how large it is, as the power of two. There is no lock that a
 * fork could cut.
 */
static _Atomic(uintptr_t) kept[KEPT];

#define LOG (uintptr_t)63

static size_t room_of(uintptr_t place)
{
	return place ? (size_t)1 << (place & LOG) : 0;
}

/* The smallest that has room for so many bytes; they are few, so that another's is not waited for. */
static bool take_kept(struct wire_buffer *b, size_t needed)
{
	_Atomic(uintptr_t) *best = NULL;
	uintptr_t place = 0;

	for (unsigned i = 0; i < KEPT; i++) {
		uintptr_t each = atomic_load_explicit(&kept[i], memory_order_relaxed);

		if (room_of(each) >= needed && (!best || room_of(each) < room_of(place))) {
			best = &kept[i];
			place = each;
		}
	}
	if (!best || !atomic_compare_exchange_strong(best, &place, 0))
		return false;
	b->bytes = (uint8_t *)(place & ~LOG);
	b->room = room_of(place);
	return true;
}

static bool keep(const struct wire_buffer *b)
{
	uintptr_t none, place = (uintptr_t)b->bytes | (uintptr_t)__builtin_ctzl(b->room);

	for (unsigned i = 0; i < KEPT; i++) {
		none = 0;
		if (!atomic_load_explicit(&kept[i], memory_order_relaxed) &&
		    atomic_compare_exchange_strong(&kept[i], &none, place))
			return true;
	}
	return false;
}

bool tap_wire_room(struct wire_buffer *b, size_t more)
{
	size_t left = wire_left(b), room = b->room ? b->room : FIRST;
	int saved = errno;
	void *grown;
	bool moves;

	if (!left)
		b->at = b->end = 0;
	if (b->room - b->end >= more || (!b->bytes && take_kept(b, more)))
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
	moves = b->bytes && tap_is_death(TAP_DEATH_GROW);
	grown = b->bytes && !moves
			? mremap(b->bytes, b->room, room, MREMAP_MAYMOVE)
			: mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	errno = saved;
	if (grown == MAP_FAILED)
		return false;
	if (moves) {
		memcpy(grown, b->bytes, b->end);
		munmap(b->bytes, b->room);
	}
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
	int saved = errno;

	if (b->bytes && (b->room > USUAL || !keep(b)))
		munmap(b->bytes, b->room);
	*b = (struct wire_buffer){0};
	errno = saved;
}
