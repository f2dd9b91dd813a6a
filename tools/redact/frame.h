/* SPDX-License-Identifier: MIT */
/* What stands around a token's values: tags, lengths, offsets. None of it is anybody's. */
#ifndef TOOLS_REDACT_FRAME_H
#define TOOLS_REDACT_FRAME_H

#include "trace/reader.h"

/* Is all of it a SEQUENCE of DER? */
bool frame_is_sequence(struct tr_bytes bytes);

/* Copies what frames the values of this message or group to `to`, where the same offsets are meant. */
void frame_keep(struct tr_bytes bytes, uint8_t *to);

/* The same of NTLM's target information: the kind and length of each value. */
void frame_keep_pairs(struct tr_bytes bytes, uint8_t *to);

/* Every string of characters in an element of DER. */
void frame_strings(struct tr_bytes bytes, void (*string)(void *context, struct tr_bytes body), void *context);

/* UTF-8 as UTF-16, little endian, when it comes to just so many bytes; else nothing is written. */
void frame_utf16(struct tr_bytes text, uint8_t *to, size_t length);

#endif
