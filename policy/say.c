/* SPDX-License-Identifier: MIT */
/*
 * See say.h. Must not call anything but memcpy and friends: it runs inside any host, also below malloc.
 */
#include "policy/say.h"

#include <string.h>

struct pol_say pol_say_into(char *out, size_t size)
{
	out[0] = 0;
	return (struct pol_say){.out = out, .size = size};
}

/* U+0080 to U+009F are controls as well; U+009B begins an escape sequence. */
static int control(const struct pol_say *say, unsigned char c)
{
	if (c < 0x20 || c == 0x7f)
		return 1;
	return c >= 0x80 && c <= 0x9f && say->used && (unsigned char)say->out[say->used - 1] == 0xc2;
}

void pol_say_bytes(struct pol_say *say, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (say->used + 1 >= say->size) {
			say->lossy = 1;
			break;
		}
		if ((c < 0x20 || c > 0x7e) && control(say, c)) {
			say->lossy = 1;
			c = '?';
		}
		say->out[say->used++] = (char)c;
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
