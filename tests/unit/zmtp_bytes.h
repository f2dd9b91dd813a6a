/* SPDX-License-Identifier: MIT */
/*
 * ZMTP in bytes for the unit tests of shim/line/zmtp.h: builds frames, feeds them to the translator whole or
 * in pieces, compares. Buffers are as small as zmtp.h allows, so that a sanitizer sees one byte too many.
 */
#ifndef TESTS_UNIT_ZMTP_BYTES_H
#define TESTS_UNIT_ZMTP_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/line/zmtp.h"

enum { MORE = 1, LARGE = 2, COMMAND = 4 };					   /* ZMTP */
enum { TOKEN_MORE = 1, TOKEN_COMMAND = 2, TOKEN_SUBSCRIBE = 4, TOKEN_CANCEL = 8 }; /* libzmq's GSSAPI */

static const char READY[] = "\5READY\13Socket-Type\0\0\0\3REQ";
#define READY_LENGTH (sizeof(READY) - 1)

/* Where one form of a frame's length gives way to the other, inside and outside. */
static const size_t lengths[] = {0,   1,   2,	5,   6,	  241, 242,   243,   244,  245, 246,
				 247, 248, 249, 250, 251, 252, 253,   254,   255,  256, 257,
				 258, 259, 260, 268, 269, 270, 65535, 65536, 70000};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct bytes {
	uint8_t *at;
	size_t length, room;
};

void add(struct bytes *to, const void *bytes, size_t length);
void add_number(struct bytes *to, uint64_t n, int count);
void add_head(struct bytes *to, int flags, uint64_t length);
void add_frame(struct bytes *to, int flags, const void *body, size_t length);
void add_initiate(struct bytes *to, size_t token);
void add_message(struct bytes *to, int flags, int token, const void *body, size_t length);
void add_handshake(struct bytes *to);
void same(const struct bytes *made, const struct bytes *wanted);
const uint8_t *pattern(void);
/* 1 to most, the same ones in each run. */
size_t some(unsigned *seed, size_t most);
/* One piece through our direction. */
long to_null(struct zmtp_out *z, const uint8_t *in, size_t length, struct bytes *out);
/* All of it, in pieces of 1 to most bytes. False: it was refused. */
bool all_to_null(const struct bytes *in, size_t most, unsigned seed, struct bytes *out);
/* One piece of the peer's; checks what zmtp.h says of used and room. */
long from_null(struct zmtp_in *z, const uint8_t *in, size_t length, size_t *used, size_t room,
	       struct bytes *out);
bool all_from_null(const struct bytes *in, size_t most, size_t most_room, unsigned seed, struct bytes *out);
/* What our end sends becomes that, and is all of it. */
void becomes(const struct bytes *ours, const struct bytes *null);
void comes_as(const struct bytes *null, const struct bytes *ours);
void drop(struct bytes *a, struct bytes *b);

#endif
