/* SPDX-License-Identifier: MIT */
/*
 * The one writer of JSON. It puts commas and quotes; who calls it gives keys and values in their order, and
 * sees to it that no key comes twice in an object.
 *
 * Text is UTF-8. A byte that is none is written as the four characters \xNN, and a backslash of the text as
 * two, so that what stands for a byte is never what a text said (in JSON's own notation "\\xfc" and "\\\\").
 * A number above 2^53, which many readers would round, is a string of its digits.
 */
#ifndef TOOLS_OUT_JSON_H
#define TOOLS_OUT_JSON_H

#include "tools/out/out.h"

struct js {
	struct out *out;
	unsigned depth;
	uint64_t started; /* a bit a depth: something stands in this object or array already */
};

void js_init(struct js *json, struct out *out);

/* At the top, in an array, or after js_key. Not deeper than 60. */
void js_object(struct js *json);
void js_object_end(struct js *json);
void js_array(struct js *json);
void js_array_end(struct js *json);
/* After the outermost object: one object a line. */
void js_line(struct js *json);

void js_key(struct js *json, const char *name);

/* Values. */
void js_text(struct js *json, const void *text, size_t length);
void js_string(struct js *json, const char *text);
/* Texts that end with a NUL each, as an array. */
void js_texts(struct js *json, const void *texts, size_t length);
void js_unsigned(struct js *json, uint64_t number);
void js_signed(struct js *json, int64_t number);
void js_bool(struct js *json, bool value);
/* "0x7f..": handles and unnamed bits. */
void js_hex(struct js *json, uint64_t number);
/* Two digits a byte, as a string. */
void js_bytes(struct js *json, const uint8_t *bytes, size_t length);
/* RFC 3339 with nanoseconds; out->utc must be set. */
void js_time(struct js *json, uint64_t ns);

/* A key and its value; with NULL or 0 respectively nothing at all. */
void js_set_string(struct js *json, const char *name, const char *text);
void js_set_strings(struct js *json, const char *name, char *const *strings, size_t count); /* 0 too */
void js_set_time(struct js *json, const char *name, uint64_t ns);
void js_set_unsigned(struct js *json, const char *name, uint64_t number); /* 0 too */
void js_set_bool(struct js *json, const char *name, bool value);

#endif
