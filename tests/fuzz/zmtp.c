/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a connection, in both directions and in any pieces: the same comes out as from one piece,
 * never more than zmtp.h says, and what was taken from a peer would go back to it as it was. The first two
 * bytes choose the pieces and the room, the rest is the connection.
 */
#include "shim/line/zmtp.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MORE = 1, LARGE = 2, COMMAND = 4 };
static const uint8_t INITIATE[] = "\4\15\10INITIATE\0\0\0";
#define INITIATE_LENGTH sizeof(INITIATE) /* with the 0 that ends the literal */

struct bytes {
	uint8_t *at;
	size_t length;
	bool refused;
};

static void keep(bool promise)
{
	if (!promise)
		__builtin_trap();
}

static void add(struct bytes *to, const void *bytes, size_t length)
{
	to->at = realloc(to->at, to->length + length + 1);
	memcpy(to->at + to->length, bytes, length);
	to->length += length;
}

static void *copy(const void *bytes, size_t length)
{
	return memcpy(malloc(length + !length), bytes, length);
}

/* 1 to most. */
static size_t some(unsigned *seed, size_t most)
{
	*seed = *seed * 1103515245 + 12345;
	return 1 + (*seed >> 16) % most;
}

static struct bytes to_null(struct zmtp_out z, const uint8_t *data, size_t size, unsigned seed)
{
	size_t most = seed ? seed : SIZE_MAX;
	struct bytes all = {0};

	while (size && !all.refused) {
		size_t n = seed ? some(&seed, most) : size;
		uint8_t *in, *out;
		long made;

		n = n < size ? n : size;
		in = copy(data, n);
		out = malloc(n + ZMTP_HEAD);
		made = zmtp_to_null(&z, in, n, out);
		keep(made >= -1 && made <= (long)(n + ZMTP_HEAD));
		all.refused = made < 0;
		if (made > 0)
			add(&all, out, (size_t)made);
		data += n;
		size -= n;
		free(in);
		free(out);
	}
	return all;
}

/* room is that of each call, or the most where it is a multiple of 3; 0: enough for all. */
static struct bytes from_null(struct zmtp_in z, const uint8_t *data, size_t size, unsigned seed,
			      unsigned room)
{
	size_t most = seed ? seed : SIZE_MAX, next = 0;
	struct bytes all = {0};

	while (size && !all.refused) {
		size_t n = seed ? some(&seed, most) : size, used = SIZE_MAX;
		size_t space = next ? next : !room ? 100 * size : room % 3 ? room : some(&seed, room) - 1;
		uint8_t *in, *out;
		long made;

		n = n < size ? n : size;
		in = copy(data, n);
		out = malloc(space + !space);
		made = zmtp_from_null(&z, in, n, &used, out, space);
		keep(made >= -1 && made <= (long)space);
		all.refused = made < 0;
		if (made >= 0) {
			keep(used <= n && (used == n || space - (size_t)made < ZMTP_HEAD));
			add(&all, out, (size_t)made);
			data += used;
			size -= used;
			next = used ? 0 : ZMTP_HEAD;
		}
		free(in);
		free(out);
	}
	return all;
}

/* The frames in data, each in its shortest form, without what is not there of the last one's head. */
static struct bytes frames(const uint8_t *data, size_t size, bool ready)
{
	const uint8_t *end = data + size;
	struct bytes all = {0};

	while (data < end) {
		size_t fixed = *data & LARGE ? 9 : 2, left = (size_t)(end - data);
		uint8_t head[9] = {*data & (MORE | COMMAND)};
		uint64_t length = 0;

		if (left < fixed + (ready ? 0 : 6))
			break;
		for (size_t i = 1; i < fixed; i++)
			length = length << 8 | data[i];
		head[1] = (uint8_t)length;
		if (length > 255) {
			head[0] |= LARGE;
			for (int i = 0; i < 8; i++)
				head[1 + i] = (uint8_t)(length >> 8 * (7 - i));
		}
		add(&all, head, length > 255 ? 9 : 2);
		data += fixed;
		left -= fixed;
		left = length < left ? (size_t)length : left;
		add(&all, data, left);
		data += left;
		ready = true;
	}
	return all;
}

static void same(const struct bytes *a, const struct bytes *b)
{
	keep(a->refused == b->refused);
	if (!a->refused)
		keep(a->length == b->length && (!a->length || !memcmp(a->at, b->at, a->length)));
}

static void try_out(struct zmtp_out z, const uint8_t *data, size_t size, unsigned seed)
{
	struct bytes whole = to_null(z, data, size, 0), pieces = to_null(z, data, size, seed);

	same(&whole, &pieces);
	free(whole.at);
	free(pieces.at);
}

static void try_in(bool ready, const uint8_t *data, size_t size, unsigned seed, unsigned room)
{
	struct zmtp_in z = {.ready = ready};
	struct bytes whole = from_null(z, data, size, 0, 0), pieces = from_null(z, data, size, seed, room);

	same(&whole, &pieces);
	if (!whole.refused) {
		struct bytes back = {0}, sent = frames(data, size, ready), again;

		add(&back, INITIATE, INITIATE_LENGTH);
		add(&back, whole.at ? whole.at : INITIATE, whole.length);
		again = to_null((struct zmtp_out){.ready = ready}, back.at, back.length, seed);
		same(&again, &sent);
		free(back.at);
		free(sent.at);
		free(again.at);
	}
	free(whole.at);
	free(pieces.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned seed, room;

	if (size < 2)
		return 0;
	seed = data[0];
	room = data[1];
	data += 2;
	size -= 2;
	try_out((struct zmtp_out){0}, data, size, seed);
	try_out((struct zmtp_out){.initiated = true}, data, size, seed);
	try_out((struct zmtp_out){.initiated = true, .ready = true}, data, size, seed);
	try_in(false, data, size, seed, room);
	try_in(true, data, size, seed, room);
	return 0;
}
