/* SPDX-License-Identifier: MIT */
/* The fields of an event, redacted one by one. */
#ifndef TOOLS_REDACT_FIELD_H
#define TOOLS_REDACT_FIELD_H

#include "tools/redact/names.h"
#include "trace/reader.h"

/* What was done, for the user. */
struct redact_sums {
	uint64_t events;
	uint64_t tokens, tokens_unknown, messages; /* of tokens_unknown and messages nothing is left */
	uint64_t arguments;			   /* of command lines */
	uint64_t fields_unknown, tags_unknown;
	uint64_t zeroed; /* bytes, of all of these */
};

struct redact {
	struct names *names;
	struct redact_sums sums;
	uint8_t *room; /* the packet, then the comment */
	size_t size;
};

/* Writes the fields that `cursor` walks to the zeros at `to`, where its first byte belongs. False: no memory.
 */
bool redact_fields(struct redact *redact, struct tr_cursor cursor, uint8_t *to);

#endif
