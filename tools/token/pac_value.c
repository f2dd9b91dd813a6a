/* SPDX-License-Identifier: MIT */
/* Values that a PAC is made of; see pac_value.h. */
#include "tools/token/pac_value.h"

#include "tools/token/little.h"

#include <stdio.h>

#define SUB_AUTHORITIES 15     /* MS-DTYP, section 2.4.2.2 */
#define EPOCH_1601 11644473600 /* seconds before 1970 */

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
