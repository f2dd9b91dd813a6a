/* SPDX-License-Identifier: MIT */
/*
 * prefetch: a thread of ours fetches the service tickets of injected clients ahead, so that no handshake
 * waits for a KDC.
 */
#ifndef SHIM_PREFETCH_H
#define SHIM_PREFETCH_H

#include "shim/inject/ties.h"

/* Has the ticket that this tie needs fetched from now on. */
void tap_prefetch(const struct tap_scope *scope, struct tap_tie *tie, const struct pol_inject *rule,
		  const char *principal, const char *name);
/* Is it missing still? Then a handshake would wait; reason says why. */
bool tap_ticket_missing(const struct tap_tie *tie, char *reason, size_t size);

#endif
