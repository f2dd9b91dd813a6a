/* SPDX-License-Identifier: MIT */
/* See principals.h. */
#include "shim/inject/principals.h"

#include "shim/core/text.h"

#include <errno.h>
#include <sys/utsname.h>

int tap_principals(const struct pol_endpoint *facts, const struct pol_inject *rule, struct tap_principals *p,
		   char *reason, size_t size)
{
	struct utsname host;

	if (uname(&host))
		tap_copy(host.nodename, sizeof(host.nodename), "localhost");
	p->shown[0] = p->service[0] = 0;
	/* Room for the tag is kept: libzmq takes no more than 255 bytes. */
	if (rule->principal && pol_expand(rule->principal, host.nodename, facts->endpoint, p->shown, 216)) {
		tap_copy(reason, size, "the policy's principal cannot be made from this endpoint");
		return EINVAL;
	}
	if (rule->service &&
	    pol_expand(rule->service, host.nodename, facts->endpoint, p->service, sizeof(p->service))) {
		tap_copy(reason, size, "the policy's service cannot be made from this endpoint");
		return EINVAL;
	}
	return 0;
}
