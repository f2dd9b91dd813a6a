/* SPDX-License-Identifier: MIT */
/*
 * See say.h. Must not call anything but memcpy and friends: it runs inside any host, also below malloc.
 */
#include "say.h"

#include <string.h>

struct pol_say pol_say_into(char *out, size_t size)
{
	out[0] = 0;
	return (struct pol_say){.out = out, .size = size};
}

void pol_say_bytes(struct pol_say *say, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (say->used + 1 >= say->size) {
			say->truncated = 1;
			break;
		}
		say->out[say->used++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	say->out[say->used] = 0;
}

void pol_say(struct pol_say *say, const char *text)
{
	pol_say_bytes(say, text, strlen(text));
}

void pol_say_quoted(struct pol_say *say, const char *text)
{
	pol_say(say, "\"");
	pol_say(say, text);
	pol_say(say, "\"");
}

void pol_say_number(struct pol_say *say, uint32_t number)
{
	char digits[10], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	pol_say_bytes(say, at, (size_t)(digits + sizeof(digits) - at));
}
