/* SPDX-License-Identifier: MIT */
/*
 * Bytes under way in one direction: put behind the end, taken from the front. The memory is the kernel's own,
 * none of the host's heap, and grows with what came, never with what was claimed.
 */
#ifndef SHIM_WIRE_BUFFER_H
#define SHIM_WIRE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: empty, and without memory. */
struct wire_buffer {
	uint8_t *bytes;
	size_t at, end, room; /* what is left is bytes[at] to bytes[end] */
};

static inline size_t wire_left(const struct wire_buffer *b)
{
	return b->end - b->at;
}

static inline uint8_t *wire_front(const struct wire_buffer *b)
{
	return b->at ? b->bytes + b->at : b->bytes; /* one without memory has no place in it */
}

/* Room for that many bytes behind the end. False: no memory. */
bool tap_wire_room(struct wire_buffer *b, size_t more);
bool tap_wire_put(struct wire_buffer *b, const void *bytes, size_t count);
/* Nothing is left, and its memory is for whoever needs some next, or the kernel's again. errno is kept. */
void tap_wire_drop(struct wire_buffer *b);
/* The same, if nothing is left. */
static inline void tap_wire_rest(struct wire_buffer *b)
{
	if (!wire_left(b))
		tap_wire_drop(b);
}

#endif
