/* SPDX-License-Identifier: MIT */
/*
 * Texts out of a trace, made harmless: they come from programs and peers that may mean ill. Control
 * characters, invalid UTF-8 and characters that reorder or break a line are never written as they are.
 */
#include "tools/out/out.h"

#include <string.h>

size_t out_utf8(const uint8_t *at, size_t left, uint32_t *code)
{
	size_t length = at[0] < 0x80   ? 1
			: at[0] < 0xc2 ? 0
			: at[0] < 0xe0 ? 2
			: at[0] < 0xf0 ? 3
			: at[0] < 0xf5 ? 4
				       : 0;
	static const uint8_t first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};

	if (!length || length > left)
		return 0;
	*code = at[0] & first_bits[length];
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (at[i] & 0x3f);
	}
	/* Longer than needed, a surrogate, or beyond Unicode. */
	if ((length == 3 && (*code < 0x800 || (*code >= 0xd800 && *code < 0xe000))) ||
	    (length == 4 && (*code < 0x10000 || *code > 0x10ffff)))
		return 0;
	return length;
}

bool out_printable(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	/* Soft hyphen, Arabic letter mark, zero width, direction, line and paragraph separators, byte order
	 * mark, tags. */
	return code != 0xad && code != 0x61c && !(code >= 0x200b && code <= 0x200f) &&
	       !(code >= 0x2028 && code <= 0x202e) && !(code >= 0x2060 && code <= 0x206f) && code != 0xfeff &&
	       !(code >= 0xfff9 && code <= 0xfffb) && !(code >= 0xe0000 && code <= 0xe007f);
}

static void hex4(struct out *out, uint32_t code)
{
	uint8_t bytes[] = {(uint8_t)(code >> 8), (uint8_t)code};

	out_str(out, "\\u");
	out_bytes(out, bytes, sizeof(bytes));
}

static void json_escape(struct out *out, uint32_t code)
{
	switch (code) {
	case '"':
		out_str(out, "\\\"");
		break;
	case '\\':
		out_str(out, "\\\\");
		break;
	case '\n':
		out_str(out, "\\n");
		break;
	case '\t':
		out_str(out, "\\t");
		break;
	default:
		if (code >= 0x10000) {
			hex4(out, 0xd800 + ((code - 0x10000) >> 10));
			code = 0xdc00 + (code & 0x3ff);
		}
		hex4(out, code);
	}
}

static bool plain_ascii(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Writes what can go out as it is and returns its length; what must be escaped comes next. */
static size_t plain_run(struct out *out, const uint8_t *at, size_t length)
{
	size_t run = 0;

	while (run < length && plain_ascii(at[run]))
		run++;
	out_raw(out, at, run);
	return run;
}

void out_json_string(struct out *out, const uint8_t *at, size_t length)
{
	const uint8_t *end = at + length;

	out_char(out, '"');
	while ((at += plain_run(out, at, (size_t)(end - at))) < end) {
		uint32_t code = 0;
		size_t size = out_utf8(at, (size_t)(end - at), &code);

		if (!size) /* as if it were Latin-1 */
			json_escape(out, *at);
		else if (out_printable(code) && code != '"' && code != '\\')
			out_raw(out, at, size);
		else
			json_escape(out, code);
		at += size ? size : 1;
	}
	out_char(out, '"');
}

static void text_escape(struct out *out, const uint8_t *at, size_t size, uint32_t code)
{
	static const char short_forms[] = "\"\"\\\\\nn\tt\rr";
	const char *form;

	for (form = short_forms; *form && (uint8_t)*form != *at; form += 2)
		;
	if (*form) {
		out_char(out, '\\');
		out_char(out, form[1]);
	} else if (size > 1) {
		uint8_t bytes[] = {(uint8_t)(code >> 16), (uint8_t)(code >> 8), (uint8_t)code};

		out_str(out, "\\u{");
		out_bytes(out, bytes, sizeof(bytes));
		out_char(out, '}');
	} else {
		out_str(out, "\\x");
		out_bytes(out, at, 1);
	}
}

void out_quoted(struct out *out, const uint8_t *at, size_t length)
{
	const uint8_t *end = at + length;

	out_char(out, '"');
	while ((at += plain_run(out, at, (size_t)(end - at))) < end) {
		uint32_t code = 0;
		size_t size = out_utf8(at, (size_t)(end - at), &code);

		if (size > 1 && out_printable(code))
			out_raw(out, at, size);
		else
			text_escape(out, at, size, code);
		at += size ? size : 1;
	}
	out_char(out, '"');
}

/* Would this text be mistaken for something else without quotes? */
static bool needs_quotes(const uint8_t *at, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!plain_ascii(at[i]) || strchr(" ,=|()<>'", at[i]))
			return true;
	return !length;
}

void out_text(struct out *out, const uint8_t *at, size_t length)
{
	if (needs_quotes(at, length))
		out_quoted(out, at, length);
	else
		out_raw(out, at, length);
}
