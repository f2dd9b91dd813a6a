/* SPDX-License-Identifier: MIT */
/*
 * Peers that keep failing, as zmq.brake has it: counted by where they come from, and by the principal that
 * they have proved to be, for all endpoints and threads of the process.
 */
#ifndef SHIM_BRAKE_H
#define SHIM_BRAKE_H

#include "shim/core/policy.h"

static inline bool tap_brake_is_set(void)
{
	return tap_has_policy && TAP_POLICY(pol_brakes);
}

/* It has failed, by its own fault. address: as libzmq says it, or "": not known. principal: as it was proved;
 * NULL: it was not. */
void tap_brake_count(const char *address, const char *principal, const char *why);
/* Who comes from there is to be turned away: it is held, or it comes again too early. */
bool tap_brake_turns_away(const char *address);
/* Who is there already, from this address or as this principal (either may be NULL), is held. */
bool tap_brake_holds(const char *address, const char *principal);
/* One of libzmq's threads is about to wait for as many ms: for how many it may, so that who is held no more
 * is told of in time. errno is kept. */
int tap_brake_nap(int timeout);

#endif
