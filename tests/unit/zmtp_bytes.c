/* SPDX-License-Identifier: MIT */
/*
 * Frames as both ends write them, and the translator fed with them; see zmtp_bytes.h. What a frame is, the
 * test of the written-out bytes in zmtp.c says as well, so that these functions are not alone in saying it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shim/line/zmtp.h"
#include "tests/unit/zmtp_bytes.h"

void add(struct bytes *to, const void *bytes, size_t length)
{
	if (!to->at || to->length + length > to->room) {
		to->room = 2 * (to->length + length) + 1;
		to->at = realloc(to->at, to->room);
		assert_non_null(to->at);
	}
	if (length)
		memcpy(to->at + to->length, bytes, length);
	to->length += length;
}

void add_number(struct bytes *to, uint64_t n, int count)
{
	while (count--) {
		uint8_t byte = (uint8_t)(n >> 8 * count);

		add(to, &byte, 1);
	}
}

void add_head(struct bytes *to, int flags, uint64_t length)
{
	add_number(to, (unsigned)flags | (length > 255 ? LARGE : 0), 1);
	add_number(to, length, length > 255 ? 8 : 1);
}

void add_frame(struct bytes *to, int flags, const void *body, size_t length)
{
	add_head(to, flags, length);
	add(to, body, length);
}

void add_initiate(struct bytes *to, size_t token)
{
	static const uint8_t zero[70000];

	add_head(to, COMMAND, 9 + 4 + token);
	add(to, "\10INITIATE", 9);
	add_number(to, token, 4);
	add(to, zero, token);
}

void add_message(struct bytes *to, int flags, int token, const void *body, size_t length)
{
	add_head(to, flags, 8 + 4 + 1 + length);
	add(to, "\7MESSAGE", 8);
	add_number(to, 1 + length, 4);
	add_number(to, (unsigned)token, 1);
	add(to, body, length);
}

void add_handshake(struct bytes *to)
{
	add_initiate(to, 1);
	add_message(to, COMMAND, 0, READY, READY_LENGTH);
}

void same(const struct bytes *made, const struct bytes *wanted)
{
	assert_int_equal(made->length, wanted->length);
	assert_memory_equal(made->at, wanted->at, wanted->length);
}

const uint8_t *pattern(void)
{
	static uint8_t bytes[70000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	return bytes;
}

size_t some(unsigned *seed, size_t most)
{
	*seed = *seed * 1103515245 + 12345;
	return 1 + (*seed >> 16) % most;
}

long to_null(struct zmtp_out *z, const uint8_t *in, size_t length, struct bytes *out)
{
	uint8_t *copy = malloc(length + !length), *made = malloc(length + ZMTP_HEAD);
	long n;

	memcpy(copy, in, length);
	n = zmtp_to_null(z, copy, length, made);
	assert_in_range(n + 1, 0, length + ZMTP_HEAD + 1);
	if (n > 0)
		add(out, made, (size_t)n);
	free(copy);
	free(made);
	return n;
}

bool all_to_null(const struct bytes *in, size_t most, unsigned seed, struct bytes *out)
{
	struct zmtp_out z = {0};
	size_t n;

	for (size_t done = 0; done < in->length; done += n) {
		n = most < in->length ? some(&seed, most) : in->length;
		if (n > in->length - done)
			n = in->length - done;
		if (to_null(&z, in->at + done, n, out) < 0)
			return false;
	}
	return true;
}

long from_null(struct zmtp_in *z, const uint8_t *in, size_t length, size_t *used, size_t room,
	       struct bytes *out)
{
	uint8_t *copy = malloc(length + !length), *made = malloc(room + !room);
	long n;

	memcpy(copy, in, length);
	n = zmtp_from_null(z, copy, length, used, made, room);
	if (n >= 0) {
		assert_in_range(n, 0, room);
		assert_in_range(*used, 0, length);
		if (*used < length && room - (size_t)n >= ZMTP_HEAD)
			fail_msg("%zu of %zu bytes taken, %zu of room left", *used, length, room - (size_t)n);
		add(out, made, (size_t)n);
	}
	free(copy);
	free(made);
	return n;
}

bool all_from_null(const struct bytes *in, size_t most, size_t most_room, unsigned seed, struct bytes *out)
{
	struct zmtp_in z = {0};
	size_t used;

	for (size_t done = 0; done < in->length; done += used) {
		size_t n = most < in->length ? some(&seed, most) : in->length;
		size_t room = ZMTP_HEAD - 1 + some(&seed, most_room);

		if (n > in->length - done)
			n = in->length - done;
		if (from_null(&z, in->at + done, n, &used, room, out) < 0)
			return false;
		assert_true(used > 0);
	}
	return true;
}

void becomes(const struct bytes *ours, const struct bytes *null)
{
	struct bytes made = {0};

	assert_true(all_to_null(ours, SIZE_MAX, 0, &made));
	same(&made, null);
	free(made.at);
}

void comes_as(const struct bytes *null, const struct bytes *ours)
{
	struct bytes made = {0};

	assert_true(all_from_null(null, SIZE_MAX, 1000000, 0, &made));
	same(&made, ours);
	free(made.at);
}

void drop(struct bytes *a, struct bytes *b)
{
	free(a->at);
	free(b->at);
	memset(a, 0, sizeof(*a));
	memset(b, 0, sizeof(*b));
}
