/* SPDX-License-Identifier: MIT */
/* See principals.h. */
#include "shim/wire/principals.h"

#include "shim/core/text.h"

#include <errno.h>
#include <sys/utsname.h>

int tap_principals(const struct pol_endpoint *facts, const struct pol_inject *rule, struct tap_tie *tie,
		   char *reason, size_t size)
{
	struct utsname host;

	if (uname(&host))
		tap_copy(host.nodename, sizeof(host.nodename), "localhost");
	if (rule->principal && pol_expand(rule->principal, host.nodename, facts->endpoint, tie->principal,
					  sizeof(tie->principal))) {
		tap_copy(reason, size, "the policy's principal cannot be made from this endpoint");
		return EINVAL;
	}
	if (rule->service &&
	    pol_expand(rule->service, host.nodename, facts->endpoint, tie->service, sizeof(tie->service))) {
		tap_copy(reason, size, "the policy's service cannot be made from this endpoint");
		return EINVAL;
	}
	return 0;
}
