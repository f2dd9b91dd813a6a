/* SPDX-License-Identifier: MIT */
/*
 * See json.h. What a terminal would act on is escaped here as well: JSON is looked at, too.
 */
#include "tools/out/json.h"

#include "tools/base/safe.h"

#include <string.h>

#define EXACT (UINT64_C(1) << 53) /* a double holds all whole numbers up to here */

void js_init(struct js *json, struct out *out)
{
	*json = (struct js){.out = out};
}

/* Before a value or a key: the comma, where something stands already. */
static void next(struct js *json)
{
	uint64_t bit = UINT64_C(1) << json->depth;

	if (json->depth && json->started & bit)
		out_char(json->out, ',');
	json->started |= bit;
}

static void open(struct js *json, char bracket)
{
	next(json);
	out_char(json->out, bracket);
	json->depth++;
	json->started &= ~(UINT64_C(1) << json->depth);
}

static void close(struct js *json, char bracket)
{
	json->depth--;
	out_char(json->out, bracket);
}

void js_object(struct js *json)
{
	open(json, '{');
}

void js_object_end(struct js *json)
{
	close(json, '}');
}

void js_array(struct js *json)
{
	open(json, '[');
}

void js_array_end(struct js *json)
{
	close(json, ']');
}

void js_line(struct js *json)
{
	out_char(json->out, '\n');
}

void js_key(struct js *json, const char *name)
{
	js_string(json, name);
	out_char(json->out, ':');
	json->started &= ~(UINT64_C(1) << json->depth); /* no comma before its value */
}

static void hex4(struct out *out, uint32_t code)
{
	uint8_t bytes[] = {(uint8_t)(code >> 8), (uint8_t)code};

	out_str(out, "\\u");
	out_bytes(out, bytes, sizeof(bytes));
}

static void escape(struct out *out, uint32_t code)
{
	if (code == '"')
		out_str(out, "\\\"");
	else if (code == '\\')
		out_str(out, "\\\\\\\\");
	else if (code == '\n')
		out_str(out, "\\n");
	else if (code == '\t')
		out_str(out, "\\t");
	else if (code < 0x10000)
		hex4(out, code);
	else {
		hex4(out, 0xd800 + ((code - 0x10000) >> 10));
		hex4(out, 0xdc00 + (code & 0x3ff));
	}
}

/* Writes what can go out as it is, the most of all texts, and returns its length. */
static size_t plain_run(struct out *out, const uint8_t *at, size_t length)
{
	size_t run = 0;

	while (run < length && at[run] >= 0x20 && at[run] < 0x7f && at[run] != '"' && at[run] != '\\')
		run++;
	out_raw(out, at, run);
	return run;
}

void js_text(struct js *json, const void *text, size_t length)
{
	const uint8_t *at = text, *end = at + length;
	struct out *out = json->out;

	next(json);
	out_char(out, '"');
	while ((at += plain_run(out, at, (size_t)(end - at))) < end) {
		uint32_t code;
		size_t size = safe_utf8(at, (size_t)(end - at), &code);

		if (!size) {
			out_str(out, "\\\\x");
			out_bytes(out, at, 1);
		} else if (safe_printable(code) && code != '"' && code != '\\') {
			out_raw(out, at, size);
		} else {
			escape(out, code);
		}
		at += size ? size : 1;
	}
	out_char(out, '"');
}

void js_texts(struct js *json, const void *texts, size_t length)
{
	const char *at = texts, *end = at + length;

	js_array(json);
	while (at < end) {
		const char *nul = memchr(at, 0, (size_t)(end - at));

		js_text(json, at, (size_t)((nul ? nul : end) - at));
		at = nul ? nul + 1 : end;
	}
	js_array_end(json);
}

void js_string(struct js *json, const char *text)
{
	js_text(json, text, strlen(text));
}

void js_unsigned(struct js *json, uint64_t number)
{
	next(json);
	if (number > EXACT)
		out_char(json->out, '"');
	out_unsigned(json->out, number);
	if (number > EXACT)
		out_char(json->out, '"');
}

void js_signed(struct js *json, int64_t number)
{
	bool exact = number >= -(int64_t)EXACT && number <= (int64_t)EXACT;

	next(json);
	if (!exact)
		out_char(json->out, '"');
	out_signed(json->out, number);
	if (!exact)
		out_char(json->out, '"');
}

void js_bool(struct js *json, bool value)
{
	next(json);
	out_str(json->out, value ? "true" : "false");
}

void js_hex(struct js *json, uint64_t number)
{
	next(json);
	out_char(json->out, '"');
	out_hex(json->out, number);
	out_char(json->out, '"');
}

void js_bytes(struct js *json, const uint8_t *bytes, size_t length)
{
	next(json);
	out_char(json->out, '"');
	out_bytes(json->out, bytes, length);
	out_char(json->out, '"');
}

void js_time(struct js *json, uint64_t ns)
{
	next(json);
	out_char(json->out, '"');
	out_time_full(json->out, ns);
	out_char(json->out, '"');
}

void js_set_string(struct js *json, const char *name, const char *text)
{
	if (!text)
		return;
	js_key(json, name);
	js_string(json, text);
}

void js_set_strings(struct js *json, const char *name, char *const *strings, size_t count)
{
	js_key(json, name);
	js_array(json);
	for (size_t i = 0; i < count; i++)
		js_string(json, strings[i]);
	js_array_end(json);
}

void js_set_time(struct js *json, const char *name, uint64_t ns)
{
	if (!ns)
		return;
	js_key(json, name);
	js_time(json, ns);
}

void js_set_unsigned(struct js *json, const char *name, uint64_t number)
{
	js_key(json, name);
	js_unsigned(json, number);
}

void js_set_bool(struct js *json, const char *name, bool value)
{
	js_key(json, name);
	js_bool(json, value);
}
