/* SPDX-License-Identifier: MIT */
/*
 * A cursor over little endian numbers. Once something is not there it is `bad`, gives zeros and nothing, and
 * stays so: who reads parses straight through and asks at the end.
 */
#ifndef TOOLS_TOKEN_LITTLE_H
#define TOOLS_TOKEN_LITTLE_H

#include "trace/reader.h"

struct little {
	struct tr_bytes all;
	size_t at;
	bool bad;
};

static inline struct tr_bytes little_bytes(struct little *in, size_t length)
{
	struct tr_bytes taken = {0};

	in->bad |= length > in->all.length - in->at;
	if (in->bad)
		return taken;
	taken = (struct tr_bytes){in->all.at + in->at, length};
	in->at += length;
	return taken;
}

static inline uint64_t little_number(struct little *in, size_t bytes)
{
	struct tr_bytes taken = little_bytes(in, bytes);
	uint64_t number = 0;

	for (size_t i = taken.length; i--;)
		number = number << 8 | taken.at[i];
	return number;
}

static inline uint32_t little_32(struct little *in)
{
	return (uint32_t)little_number(in, 4);
}

static inline uint16_t little_16(struct little *in)
{
	return (uint16_t)little_number(in, 2);
}

/* Up to a multiple of this from the beginning; what is left out must be there. */
static inline void little_align(struct little *in, size_t to)
{
	if (in->at % to)
		little_bytes(in, to - in->at % to);
}

#endif
