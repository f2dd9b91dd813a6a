/* SPDX-License-Identifier: MIT */
/* See auth.h. A domain that a program sets is never given to libzmq by itself, so it cannot be taken for a
 * mark.
 */
#include "shim/auth/auth.h"

#include "policy/say.h"

#include <string.h>

#define MARK "gsstap:"

bool tap_auth_mark(char *out, size_t size, uint32_t rule, const char *domain)
{
	struct pol_say say = pol_say_into(out, size);

	pol_say(&say, MARK);
	pol_say_number(&say, rule);
	pol_say(&say, ":");
	if (strlen(domain) >= size - say.used)
		return false;
	memcpy(out + say.used, domain, strlen(domain) + 1);
	return true;
}

const char *tap_auth_unmark(const char *marked, uint32_t *rule)
{
	const char *at = marked + strlen(MARK);
	uint64_t number = 0;

	*rule = 0;
	if (strncmp(marked, MARK, strlen(MARK)) != 0)
		return marked;
	for (; *at >= '0' && *at <= '9' && number <= UINT32_MAX; at++)
		number = 10 * number + (unsigned)(*at - '0');
	if (*at != ':' || number > UINT32_MAX)
		return marked;
	*rule = (uint32_t)number;
	return at + 1;
}
