/* SPDX-License-Identifier: MIT */
/* Which defects of libzmq's GSSAPI are to be put right, and what is told of it. */
#ifndef SHIM_REPAIRS_H
#define SHIM_REPAIRS_H

#include "shim/core/tap.h"

/* The repairs that the policy wants (bits of enum pol_repair): none where it says nothing about ZeroMQ. */
unsigned tap_repairs_wanted(void);
static inline bool tap_repairs(enum pol_repair which)
{
	return tap_on && tap_repairs_wanted() & (unsigned)which;
}

/* A `repair` event; socket, endpoint and peer are left out where they are NULL, or the peer "". */
void tap_tell_repair(const char *repair, const void *socket, const char *endpoint, const char *peer,
		     const char *reason);

#endif
