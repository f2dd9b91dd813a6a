/* SPDX-License-Identifier: MIT */
/* RFC 4648, section 4. */
#include "tools/diagnose/armour.h"

#include "tools/base/list.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool armour_undo(const char *text, size_t length, struct armour *armour)
{
	uint32_t bits = 0;
	unsigned count = 0;

	*armour = (struct armour){0};
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	for (unsigned i = 0; i < 2 && length && text[length - 1] == '='; i++)
		length--;
	if (length < 8)
		return false;
	armour->at = must_calloc(1, length);
	for (size_t i = 0; i < length; i++) {
		int value = digit(text[i]);

		if (value < 0) {
			free(armour->at);
			*armour = (struct armour){0};
			return false;
		}
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count >= 8) {
			count -= 8;
			armour->at[armour->length++] = (uint8_t)(bits >> count);
		}
	}
	return true;
}
