/* SPDX-License-Identifier: MIT */
/*
 * Reading structures of fixed layout: bytes and numbers at an offset. Nothing is read beyond what is there;
 * what is not, is no bytes, or 0.
 */
#ifndef TOOLS_TOKEN_BYTES_H
#define TOOLS_TOKEN_BYTES_H

#include "trace/reader.h"

/* Are these bytes there? */
static inline bool bytes_have(struct tr_bytes bytes, uint64_t offset, uint64_t length)
{
	return offset <= bytes.length && length <= bytes.length - offset;
}

/* Those bytes; none when they are not there. */
static inline struct tr_bytes bytes_at(struct tr_bytes bytes, uint64_t offset, uint64_t length)
{
	if (!bytes_have(bytes, offset, length))
		return (struct tr_bytes){bytes.at + bytes.length, 0};
	return (struct tr_bytes){bytes.at + offset, (size_t)length};
}

static inline struct tr_bytes bytes_from(struct tr_bytes bytes, uint64_t offset)
{
	return offset <= bytes.length ? bytes_at(bytes, offset, bytes.length - offset)
				      : bytes_at(bytes, bytes.length, 0);
}

/* Of up to 8 bytes; 0 when they are not there. */
static inline uint64_t little_at(struct tr_bytes bytes, uint64_t offset, unsigned size)
{
	uint64_t number = 0;

	for (unsigned i = size; i-- && bytes_have(bytes, offset, size);)
		number = number << 8 | bytes.at[offset + i];
	return number;
}

static inline uint64_t big_at(struct tr_bytes bytes, uint64_t offset, unsigned size)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < size && bytes_have(bytes, offset, size); i++)
		number = number << 8 | bytes.at[offset + i];
	return number;
}

#endif
