/* SPDX-License-Identifier: MIT */
/*
 * A token with its names replaced and whatever is not known to be harmless zeroed. It is decoded, and kept of
 * it is what a decoder knows to be plain, and what frames that; nothing is encoded again, so no length in it
 * changes.
 */
#ifndef TOOLS_REDACT_TOKEN_H
#define TOOLS_REDACT_TOKEN_H

#include "tools/redact/names.h"
#include "trace/reader.h"

enum token_redacted {
	TOKEN_REDACTED,
	TOKEN_NOT_KNOWN, /* nobody knows what it is: all of it is zero */
	TOKEN_NO_MEMORY,
};

/* bytes.length bytes to `to`. length, time: as token_decode has them. */
enum token_redacted token_redact(struct names *names, struct tr_bytes bytes, uint64_t length, uint64_t time,
				 uint8_t *to);

#endif
