/* SPDX-License-Identifier: MIT */
/* One service ticket (fetch.c): private to the thread of prefetch.c. */
#ifndef SHIM_FETCH_H
#define SHIM_FETCH_H

#include "shim/core/tap.h"

struct tap_wanted_ticket {
	char principal[240], name[240];
	enum pol_nametype principal_type, type;
	struct tap_caller *caller; /* the libzmq whose GSSAPI library is to be asked */
};

/* Fetches it, and another one where its lifetime is no more than renew_below. Its lifetime in seconds; or 0,
 * with the reason. */
OM_uint32 tap_fetch(const struct tap_wanted_ticket *wanted, OM_uint32 renew_below, char reason[TAP_TEXT]);

#endif
