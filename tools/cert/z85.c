/* SPDX-License-Identifier: MIT */
/* See z85.h: four bytes, most significant first, as five digits of base 85. */
#include "tools/cert/z85.h"

#include <string.h>

static const char digits[] =
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

void z85_encode(const uint8_t key[Z85_BYTES], char text[Z85_KEY + 1])
{
	for (size_t i = 0; i < Z85_BYTES / 4; i++) {
		const uint8_t *at = key + 4 * i;
		uint32_t number =
			(uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];

		for (size_t j = 5; j--; number /= 85)
			text[5 * i + j] = digits[number % 85];
	}
	text[Z85_KEY] = 0;
}

bool z85_decode(const char *text, size_t length, uint8_t key[Z85_BYTES])
{
	if (length != Z85_KEY)
		return false;
	for (size_t i = 0; i < Z85_BYTES / 4; i++) {
		uint64_t number = 0;

		for (size_t j = 0; j < 5; j++) {
			const char *digit = text[5 * i + j] ? strchr(digits, text[5 * i + j]) : NULL;

			if (!digit)
				return false;
			number = number * 85 + (uint64_t)(digit - digits);
		}
		if (number > UINT32_MAX)
			return false;
		for (size_t j = 0; j < 4; j++)
			key[4 * i + j] = (uint8_t)(number >> 8 * (3 - j));
	}
	return true;
}
