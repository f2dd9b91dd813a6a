/* SPDX-License-Identifier: MIT */
/* Another service ticket before the one there is ends (renew.c): private to the thread of prefetch.c. */
#ifndef SHIM_RENEW_H
#define SHIM_RENEW_H

#include "shim/core/tap.h"

/* Puts a newer ticket for a service into the cache. Its lifetime in seconds; 0: none could be had. */
uint32_t tap_renew(const char *principal, enum pol_nametype principal_type, const char *name,
		   enum pol_nametype type);

#endif
