/* SPDX-License-Identifier: MIT */
/* Texts with the names in them replaced, byte for byte as long as they were. */
#ifndef TOOLS_REDACT_TEXT_H
#define TOOLS_REDACT_TEXT_H

#include "tools/redact/names.h"
#include "trace/reader.h"

enum text_kind {
	TEXT_NAME,     /* a principal, a host, an endpoint: what is not known of it names somebody */
	TEXT_PATH,     /* of a file, a cache, a program; those of the system's own are no secret */
	TEXT_SENTENCE, /* words, and names among them */
};

/* Writes text.length bytes to `to`. False: no memory. */
bool text_redact(struct names *names, enum text_kind kind, struct tr_bytes text, uint8_t *to);

#endif
