/* SPDX-License-Identifier: MIT */
/*
 * Whether a policy is about ZeroMQ at all: where it says nothing of it, nothing of it is touched.
 */
#include "policy/image.h"
#include "policy/policy.h"

#include <string.h>

int pol_says_zmq(const struct pol *pol)
{
	if (pol->state != POL_READY)
		return 0;
	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (!strncmp(k->path, "zmq.", 4) && pol->rule[k->id])
			return 1;
	return 0;
}
