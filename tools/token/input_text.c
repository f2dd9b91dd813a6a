/* SPDX-License-Identifier: MIT */
/* See input_text.h. */
#include "tools/token/input_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DUMP_LINE 16 /* bytes of a line, in every such tool unless told otherwise */

bool input_is_text(struct tr_bytes bytes)
{
	for (size_t i = 0; i < bytes.length; i++)
		if ((bytes.at[i] < ' ' && !isspace(bytes.at[i])) || bytes.at[i] > '~')
			return false;
	return bytes.length;
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct input_text input_hex(struct tr_bytes text, uint8_t *to)
{
	struct input_text result = {0};
	size_t digits = 0;

	for (size_t i = 0; i < text.length; i++) {
		int value = digit(text.at[i]);
		bool prefix = i + 1 < text.length && (text.at[i + 1] | 0x20) == 'x';

		if ((text.at[i] == '0' || text.at[i] == '\\') && prefix) {
			i++;
		} else if (value >= 0) {
			if (digits % 2)
				to[digits / 2] |= (uint8_t)value;
			else
				to[digits / 2] = (uint8_t)(value << 4);
			digits++;
		} else if (!isspace(text.at[i]) && !strchr(":,-;{}", text.at[i])) {
			return result;
		}
	}
	result.is = digits > 1;
	result.length = digits / 2;
	if (digits % 2)
		result.note = "an odd number of hexadecimal digits: the last one was left out";
	return result;
}

static struct tr_bytes line_of(struct tr_bytes *text)
{
	const uint8_t *end = memchr(text->at, '\n', text->length);
	struct tr_bytes line = {text->at, end ? (size_t)(end - text->at) : text->length};
	size_t used = line.length + (end != NULL);

	text->at += used;
	text->length -= used;
	while (line.length && isspace(line.at[0])) {
		line.at++;
		line.length--;
	}
	return line;
}

/* Takes the offset off. False: the line has none; *zero: it is that of the first line. */
static bool offset(struct tr_bytes *line, bool *zero)
{
	size_t i = line->length > 2 && line->at[0] == '0' && (line->at[1] | 0x20) == 'x' ? 2 : 0, first = i;

	*zero = true;
	for (; i < line->length && digit(line->at[i]) >= 0; i++)
		*zero &= line->at[i] == '0';
	if (i - first < 4 || i - first > 16)
		return false;
	if (i < line->length && line->at[i] == ':')
		i++;
	if (i < line->length && !isspace(line->at[i]))
		return false;
	line->at += i;
	line->length -= i;
	return true;
}

/* The bytes of a line without its offset; what follows after a gap is the same as characters. */
static size_t dump_line(struct tr_bytes line, uint8_t *to)
{
	const uint8_t *bar = memchr(line.at, '|', line.length);
	size_t count = 0, end = bar ? (size_t)(bar - line.at) : line.length, i = 0;

	while (count < DUMP_LINE) {
		size_t blanks = i;

		while (i < end && isspace(line.at[i]))
			i++;
		blanks = i - blanks;
		if (end - i < 2 || (count && blanks > 1 && !bar) || digit(line.at[i]) < 0 ||
		    digit(line.at[i + 1]) < 0)
			break;
		to[count++] = (uint8_t)(digit(line.at[i]) << 4 | digit(line.at[i + 1]));
		i += 2;
	}
	return count;
}

struct input_text input_dump(struct tr_bytes text, uint8_t *to)
{
	struct input_text result = {0};
	bool zero;

	for (struct tr_bytes line; text.length;) {
		line = line_of(&text);
		if (!line.length)
			continue;
		if (result.is && line.at[0] == '*') {
			result.wrong =
				"a dump that leaves out lines that are the same: make it with hexdump -v";
			return result;
		}
		if (!offset(&line, &zero) || (!result.is && !zero))
			break; /* what follows a dump is not part of it */
		result.is = true;
		result.length += dump_line(line, to + result.length);
	}
	result.is = result.length;
	return result;
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

bool input_is_base64(uint8_t c)
{
	return base64_value(c) >= 0;
}

struct input_text input_base64(struct tr_bytes text, uint8_t *to)
{
	struct input_text result = {0};
	unsigned bits = 0, held = 0;
	size_t characters = 0, i;

	for (i = 0; i < text.length && text.at[i] != '='; i++) {
		int value = base64_value(text.at[i]);

		if (isspace(text.at[i]))
			continue;
		if (value < 0)
			return (struct input_text){0};
		bits = bits << 6 | (unsigned)value;
		held += 6;
		characters++;
		if (held >= 8) {
			held -= 8;
			to[result.length++] = (uint8_t)(bits >> held);
		}
	}
	for (; i < text.length; i++)
		if (text.at[i] != '=' && !isspace(text.at[i]))
			result.note = "more follows after the end of the base64: it was left out";
	if (characters % 4 == 1)
		result.note = "the last character of the base64 is one of several that are missing";
	result.is = result.length;
	return result;
}
