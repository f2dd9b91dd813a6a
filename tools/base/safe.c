/* SPDX-License-Identifier: MIT */
/*
 * See safe.h. Which characters are controls and formats is Unicode's to say, by libunistring; nothing here
 * has a table of its own.
 */
#include "tools/base/safe.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

size_t safe_utf8(const uint8_t *at, size_t left, uint32_t *code)
{
	ucs4_t character;
	int length = u8_mbtoucr(&character, at, left);

	/* u8_mbtoucr refuses what is longer than needed, surrogates, and what is beyond Unicode. */
	*code = character;
	return length > 0 ? (size_t)length : 0;
}

bool safe_printable(uint32_t code)
{
	/* Cf: soft hyphen, zero width, changes of direction, tags, byte order mark. */
	if (code >= 0x20 && code < 0x7f)
		return true;
	return !uc_is_general_category_withtable(code, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf |
							       UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Cn |
							       UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp);
}

bool safe_is(const void *text, size_t length)
{
	const uint8_t *at = text;

	for (size_t size; length; at += size, length -= size) {
		uint32_t code;

		size = safe_utf8(at, length, &code);
		if (!size || !safe_printable(code))
			return false;
	}
	return true;
}

size_t safe_form(const uint8_t *at, size_t left, char form[SAFE_FORM], size_t *used)
{
	uint32_t code = 0;
	size_t size = safe_utf8(at, left, &code);
	const char *shorter = size == 1 ? code == '\n'	 ? "\\n"
					  : code == '\r' ? "\\r"
					  : code == '\t' ? "\\t"
							 : NULL
					: NULL;

	*used = size ? size : 1;
	if (size && safe_printable(code)) {
		memcpy(form, at, size);
		return size;
	}
	if (shorter)
		return (size_t)snprintf(form, SAFE_FORM, "%s", shorter);
	if (size > 1)
		return (size_t)snprintf(form, SAFE_FORM, "\\u{%06x}", code & 0xffffff);
	return (size_t)snprintf(form, SAFE_FORM, "\\x%02x", *at);
}

char *safe_text(const void *text, size_t length)
{
	const uint8_t *at = text;
	char *copy = malloc(4 * length + 1); /* the longest form of a byte is "\xNN" */
	size_t to = 0, used;

	for (; copy && length; at += used, length -= used) {
		char form[SAFE_FORM];
		size_t size = safe_form(at, length, form, &used);

		memcpy(copy + to, form, size);
		to += size;
	}
	if (copy)
		copy[to] = 0;
	return copy;
}

void safe_put(const void *text, size_t length, FILE *file)
{
	char *copy = safe_text(text, length);

	if (copy)
		fputs(copy, file);
	free(copy);
}
