/* SPDX-License-Identifier: MIT */
/* Values that a PAC is made of; see pac_value.h. */
#include "tools/token/pac_value.h"

#include "tools/token/little.h"

#include <stdio.h>

#define SUB_AUTHORITIES 15     /* MS-DTYP, section 2.4.2.2 */
#define EPOCH_1601 11644473600 /* seconds before 1970 */

static size_t put_utf8(uint8_t *to, uint32_t c)
{
	if (c < 0x80) {
		*to = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (uint8_t)(0xc0 | c >> 6);
		to[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) { /* half a pair too: no UTF-8, which whoever prints it shows as bytes */
		to[0] = (uint8_t)(0xe0 | c >> 12);
		to[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		to[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (uint8_t)(0xf0 | c >> 18);
	to[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	to[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	to[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

void pac_utf16(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct little in = {.all = bytes};
	uint8_t *text = token_room(token, bytes.length / 2 * 3 + 1);
	size_t used = 0;

	if (!text)
		return;
	while (in.at + 2 <= bytes.length) {
		uint32_t c = little_16(&in), low;

		if (c >= 0xd800 && c < 0xdc00 && in.at + 2 <= bytes.length) {
			low = bytes.at[in.at] | (uint32_t)bytes.at[in.at + 1] << 8;
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				in.at += 2;
			}
		}
		used += put_utf8(text + used, c);
	}
	token_text(token, name, (struct tr_bytes){text, used});
	token_mark(token, TOKEN_IDENTITY);
}

const char *pac_sid_text(struct token *token, struct tr_bytes bytes, const uint32_t *rid)
{
	struct little in = {.all = bytes};
	unsigned revision = (unsigned)little_number(&in, 1), count = (unsigned)little_number(&in, 1);
	struct tr_bytes authority = little_bytes(&in, 6);
	char text[32 + 11 * (SUB_AUTHORITIES + 1)];
	uint64_t number = 0;
	size_t used;

	if (in.bad || revision != 1 || count > SUB_AUTHORITIES || bytes.length - in.at < 4 * (size_t)count)
		return "";
	for (size_t i = 0; i < 6; i++)
		number = number << 8 | authority.at[i];
	used = (size_t)snprintf(text, sizeof(text), number >> 32 ? "S-1-0x%jx" : "S-1-%ju",
				(uintmax_t)number);
	for (unsigned i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "-%u", little_32(&in));
	if (rid)
		snprintf(text + used, sizeof(text) - used, "-%u", *rid);
	return token_print(token, "%s", text);
}

void pac_filetime(struct token *token, const char *name, uint64_t time)
{
	if (time && time < INT64_MAX)
		token_time(token, name, (struct tr_bytes){0}, (int64_t)(time / 10000000) - EPOCH_1601,
			   (uint32_t)(time / 10 % 1000000));
}
