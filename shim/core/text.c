/* SPDX-License-Identifier: MIT */
/* Texts of bounded length: cut rather than too long, always terminated, and never on the heap. */
#include "shim/core/text.h"

#include "trace/decimal.h"

#include <string.h>

void tap_copy(char *out, size_t size, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (length >= size)
		length = size - 1;
	if (length)
		memcpy(out, text, length);
	out[length] = 0;
}

void tap_append(char *out, size_t size, const char *text)
{
	size_t used = strlen(out);

	tap_copy(out + used, size - used, text);
}

void tap_append_number(char *out, size_t size, uint64_t number)
{
	char digits[TR_DECIMAL];

	tap_append(out, size, tr_decimal(digits, number));
}
