/* SPDX-License-Identifier: MIT */
/* Texts of bounded length: cut rather than too long, always terminated, and never on the heap. */
#include "shim/core/text.h"

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

void tap_append_number(char *out, size_t size, uint32_t number)
{
	char digits[11] = {0};
	int at = sizeof(digits) - 1;

	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	tap_append(out, size, digits + at);
}
