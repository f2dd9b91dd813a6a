/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what a peer sends on a connection of shim/wire: frames are read from them, and every body is
 * taken for each thing that it could be. What is found lies within it; a READY that was taken is a frame that
 * holds no User-Id but ours, and is taken again as it is.
 */
#include "shim/wire/frame.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void keep(bool promise)
{
	if (!promise)
		__builtin_trap();
}

static void within(const uint8_t *body, size_t count, const uint8_t *token, size_t length)
{
	keep(token >= body && length <= count && token + length == body + count);
}

static const struct wire_buffer none;

static void ready(const uint8_t *body, size_t count)
{
	struct wire_buffer out = {0}, again = {0};
	bool subscriber = false, still = false;
	struct frame frame;

	if (tap_frame_ready(&out, body, count, "us", NULL, &none, &subscriber)) {
		frame = tap_frame_read(wire_front(&out), wire_left(&out));
		keep(frame.head && frame.head + frame.body == wire_left(&out));
		keep(tap_frame_ready(&again, wire_front(&out) + frame.head, frame.body, "us", NULL, &none,
				     &still));
		keep(still == subscriber && wire_left(&again) == wire_left(&out));
		keep(!memcmp(wire_front(&again), wire_front(&out), wire_left(&out)));
	}
	tap_wire_drop(&out);
	tap_wire_drop(&again);
}

static void look(const uint8_t *body, size_t count)
{
	uint8_t *exact = memcpy(malloc(count + !count), body, count);
	const uint8_t *token;
	size_t length;

	if (tap_frame_initiate(exact, count, &token, &length))
		within(exact, count, token, length);
	if (tap_frame_message(exact, count, &token, &length))
		within(exact, count, token, length);
	tap_frame_command_short(exact, count);
	ready(exact, count);
	free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	look(data, size);
	while (size) {
		struct frame frame = tap_frame_read(data, size);

		tap_frame_read_own(data, size);
		if (!frame.head || size - frame.head < frame.body)
			break;
		look(data + frame.head, frame.body);
		data += frame.head + frame.body;
		size -= frame.head + frame.body;
	}
	return 0;
}
