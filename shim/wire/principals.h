/* SPDX-License-Identifier: MIT */
/* Whom a rule of zmq.inject means at one endpoint: its templates, expanded. */
#ifndef SHIM_PRINCIPALS_H
#define SHIM_PRINCIPALS_H

#include "shim/wire/tie.h"

/* Fills principal and service. 0, or an errno with the reason filled. */
int tap_principals(const struct pol_endpoint *facts, const struct pol_inject *rule, struct tap_tie *tie,
		   char *reason, size_t size);

#endif
