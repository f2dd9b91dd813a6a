/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the logon-info of a PAC: SIDs are visited when all of it is good, and then no more of them
 * than there are bytes for, each whole; who stops is visited no more.
 */
#include "shim/gss/sids.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct visits {
	size_t count, most;
};

static bool visit(void *context, const char *sid, bool idle)
{
	struct visits *visits = context;
	size_t length = strlen(sid);

	(void)idle;
	if (strncmp(sid, "S-1-", 4) || length >= TAP_SID_TEXT ||
	    strspn(sid + 3, "-0123456789") != length - 3 || visits->count == visits->most)
		__builtin_trap();
	return ++visits->count == visits->most;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct visits all = {0, size / 8}, one = {0, 1};
	bool good = tap_sids(data, size, visit, &all);

	if (tap_sids(data, size, visit, &one) != good || (!good && (all.count || one.count)) ||
	    (good && all.count && one.count != 1))
		__builtin_trap();
	return 0;
}
