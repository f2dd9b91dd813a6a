/* SPDX-License-Identifier: MIT */
/* The names of a rule, made from an endpoint. */
#ifndef SHIM_PRINCIPALS_H
#define SHIM_PRINCIPALS_H

#include "policy/policy.h"

#include <stddef.h>

struct tap_principals {
	char principal[240]; /* with a tag behind it, where libzmq is given it */
	char service[240];
	char shown[240]; /* the principal without a tag; "" is the default credential */
};

/* `shown` and `service`. 0, or an errno with the reason filled. */
int tap_principals(const struct pol_endpoint *facts, const struct pol_inject *rule, struct tap_principals *p,
		   char *reason, size_t size);

#endif
