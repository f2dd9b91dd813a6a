/* SPDX-License-Identifier: MIT */
/*
 * A token as people come by one: hexadecimal, a dump with offsets, base64, a header of HTTP or a line of
 * SASL, in a file, a log or on the command line, or its bytes as they are. What was undone to get at the
 * bytes is told.
 */
#ifndef TOOLS_TOKEN_INPUT_H
#define TOOLS_TOKEN_INPUT_H

#include "tools/token/token.h"

#define INPUT_MOST (1 << 20) /* bytes of a text or file: no token comes near */
#define INPUT_NOTES 8

/* Zeros before the first use. */
struct input {
	struct tr_bytes bytes; /* of the token, valid until input_free */
	uint64_t length;       /* that it has by its own account: more than are there when it was cut */
	const char *notes[INPUT_NOTES]; /* what was undone */
	unsigned noted, undone;		/* undone: how many texts stood for the bytes, one in the other */
	const char *wrong;		/* NULL, or why there are no bytes: a sentence's end, after "it is" */
	uint8_t *room[2];
};

/* Finds the bytes in what was given. raw must stay valid until input_free. */
void input_read(struct input *input, struct tr_bytes raw);
void input_free(struct input *input);

/* What bytes look like that no decoder knows: a sentence's end, after "it is". Nothing of what they hold is
 * told. */
const char *input_looks_like(struct tr_bytes bytes);

#endif
