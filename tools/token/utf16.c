/* SPDX-License-Identifier: MIT */
/* See utf16.h. A NUL within would end the text: it is no character either. */
#include "tools/token/utf16.h"

#define NO_CHARACTER 0xfffd

static uint32_t unit(const uint8_t *at)
{
	return (uint32_t)(at[0] | at[1] << 8);
}

/* The character at the beginning; *used: its bytes. */
static uint32_t character(struct tr_bytes rest, size_t *used)
{
	uint32_t first = unit(rest.at), second;

	*used = 2;
	if (first < 0xd800 || first > 0xdfff)
		return first ? first : NO_CHARACTER;
	if (first > 0xdbff || rest.length < 4)
		return NO_CHARACTER;
	second = unit(rest.at + 2);
	if (second < 0xdc00 || second > 0xdfff)
		return NO_CHARACTER;
	*used = 4;
	return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

static size_t put(char *to, uint32_t code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 0x3f));
	to[2] = (char)(0x80 | (code >> 6 & 0x3f));
	to[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

const char *utf16_text(struct token *token, struct tr_bytes utf16)
{
	/* A unit of two bytes is at most three in UTF-8. */
	char *text = token_room(token, utf16.length / 2 * 3 + 1);
	size_t used = 0, step;

	if (!text)
		return "";
	for (; utf16.length >= 2; utf16.at += step, utf16.length -= step)
		used += put(text + used, character(utf16, &step));
	text[used] = 0;
	return text;
}

void token_utf16(struct token *token, const char *name, struct tr_bytes utf16)
{
	token_made_text(token, name, utf16, utf16_text(token, utf16));
	if (utf16.length % 2)
		token_note(token, "%s: an odd number of bytes, which is no UTF-16", name);
}
