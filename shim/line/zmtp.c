/* SPDX-License-Identifier: MIT */
/* See zmtp.h. */
#include "shim/line/zmtp.h"

#include <string.h>

/* Frames: ZMTP 3.0. Tokens: the flags byte of libzmq's GSSAPI mechanism; later ones know subscriptions. */
enum { FRAME_MORE = 1, FRAME_LARGE = 2, FRAME_COMMAND = 4, FRAME_FLAGS = 7 };
enum { TOKEN_MORE = 1, TOKEN_COMMAND = 2, TOKEN_SUBSCRIBE = 4, TOKEN_CANCEL = 8, TOKEN_FLAGS = 15 };

static const uint8_t message[8] = "\7MESSAGE", initiate[9] = "\10INITIATE", ready[6] = "\5READY";

static unsigned length_size(uint8_t flags)
{
	return flags & FRAME_LARGE ? 8 : 1;
}

static uint64_t get_number(const uint8_t *bytes, unsigned count)
{
	uint64_t n = 0;

	while (count--)
		n = n << 8 | *bytes++;
	return n;
}

static size_t put_number(uint8_t *out, uint64_t n, unsigned count)
{
	for (unsigned i = count; i--; n >>= 8)
		out[i] = (uint8_t)n;
	return count;
}

/* The head of a frame whose body has this length. */
static size_t put_head(uint8_t *out, uint8_t flags, uint64_t body)
{
	out[0] = flags | (body > 255 ? FRAME_LARGE : 0);
	return 1 + put_number(out + 1, body, length_size(out[0]));
}

/* How much of our frame must be there before it can be told what it is; 0: it is none. */
static unsigned out_need(const struct zmtp_out *z)
{
	unsigned fixed;

	if (!z->have)
		return 1;
	fixed = 1 + length_size(z->head[0]);
	if (z->have <= fixed)
		return fixed + 1;
	if (z->head[fixed] == message[0])
		return fixed + sizeof(message) + 4 + 1;
	return z->head[fixed] == initiate[0] ? fixed + sizeof(initiate) + 4 : 0;
}

/* A whole head of ours: the peer's instead of it. */
static long out_frame(struct zmtp_out *z, uint8_t *out)
{
	unsigned fixed = 1 + length_size(z->head[0]);
	const uint8_t *body = z->head + fixed;
	uint64_t length = get_number(z->head + 1, fixed - 1), plain;
	uint8_t flags, token;
	size_t made;

	z->have = 0;
	if (z->head[0] & ~FRAME_FLAGS || length < 13)
		return -1;
	if (body[0] == initiate[0]) {
		if (memcmp(body, initiate, sizeof(initiate)) || z->initiated ||
		    get_number(body + 9, 4) != length - 13)
			return -1;
		z->initiated = z->skip = true;
		z->left = length - 13;
		return 0;
	}
	token = body[12];
	if (memcmp(body, message, sizeof(message)) || !z->initiated || token & ~TOKEN_FLAGS ||
	    get_number(body + 8, 4) != length - 12)
		return -1;
	plain = length - 13;
	flags = (token & TOKEN_MORE ? FRAME_MORE : 0) |
		(token & TOKEN_COMMAND || !z->ready ? FRAME_COMMAND : 0);
	z->ready = true;
	z->left = plain;
	if (!(token & (TOKEN_SUBSCRIBE | TOKEN_CANCEL)))
		return (long)put_head(out, flags, plain);
	made = put_head(out, flags, plain + 1);
	out[made++] = token & TOKEN_SUBSCRIBE ? 1 : 0;
	return (long)made;
}

long zmtp_to_null(struct zmtp_out *z, const uint8_t *in, size_t length, uint8_t *out)
{
	uint8_t *at = out;

	while (length) {
		unsigned need;
		long made;

		if (z->left) {
			size_t n = z->left < length ? (size_t)z->left : length;

			if (!z->skip) {
				memcpy(at, in, n);
				at += n;
			}
			z->left -= n;
			in += n;
			length -= n;
			continue;
		}
		z->skip = false;
		z->head[z->have++] = *in++;
		length--;
		need = out_need(z);
		if (!need)
			return -1;
		if (z->have < need)
			continue;
		made = out_frame(z, at);
		if (made < 0)
			return -1;
		at += made;
	}
	return at - out;
}

/* The first frame must be a READY, and is looked at so far; one too short for that is not waited for. */
static unsigned in_need(const struct zmtp_in *z)
{
	unsigned fixed;

	if (!z->have)
		return 1;
	fixed = 1 + length_size(z->head[0]);
	if (z->ready || (z->have >= fixed && get_number(z->head + 1, fixed - 1) < sizeof(ready)))
		return fixed;
	return fixed + (unsigned)sizeof(ready);
}

static long in_frame(struct zmtp_in *z, uint8_t *out)
{
	unsigned fixed = 1 + length_size(z->head[0]), seen = z->have - fixed;
	uint64_t length = get_number(z->head + 1, fixed - 1);
	uint8_t flags = z->head[0];
	size_t made;

	z->have = 0;
	if (flags & ~FRAME_FLAGS || length >= UINT32_MAX) /* with its flags it must fit a token's length */
		return -1;
	if (!z->ready && (seen < sizeof(ready) || !(flags & FRAME_COMMAND) ||
			  memcmp(z->head + fixed, ready, sizeof(ready))))
		return -1;
	made = put_head(out, 0, sizeof(message) + 4 + 1 + length);
	memcpy(out + made, message, sizeof(message));
	made += sizeof(message);
	made += put_number(out + made, length + 1, 4);
	out[made++] = (flags & FRAME_MORE ? TOKEN_MORE : 0) |
		      (flags & FRAME_COMMAND && z->ready ? TOKEN_COMMAND : 0);
	memcpy(out + made, z->head + fixed, seen);
	z->ready = true;
	z->left = length - seen;
	return (long)(made + seen);
}

long zmtp_from_null(struct zmtp_in *z, const uint8_t *in, size_t length, size_t *used, uint8_t *out,
		    size_t room)
{
	const uint8_t *begin = in, *end = in + length;
	uint8_t *at = out, *full = out + room;

	while (in < end) {
		size_t n = (size_t)(end - in), space = (size_t)(full - at);
		long made;

		if (z->left) {
			n = n < z->left ? n : (size_t)z->left;
			n = n < space ? n : space;
			if (!n)
				break;
			memcpy(at, in, n);
			at += n;
			in += n;
			z->left -= n;
			continue;
		}
		/* The last byte of a head stays where it is until there is room for what it becomes. */
		if (space < ZMTP_HEAD && z->have + 1 >= in_need(z))
			break;
		z->head[z->have++] = *in++;
		if (z->have < in_need(z))
			continue;
		made = in_frame(z, at);
		if (made < 0)
			return -1;
		at += made;
	}
	*used = (size_t)(in - begin);
	return at - out;
}
