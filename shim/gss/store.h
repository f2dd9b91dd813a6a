/* SPDX-License-Identifier: MIT */
/*
 * Credentials that were delegated to an acceptor, put into a cache as gss.store says: for programs that have
 * no use for them, and for what such programs start.
 */
#ifndef SHIM_GSS_STORE_H
#define SHIM_GSS_STORE_H

#include "shim/gss/handshake.h"

/* Are they wanted, where the program does not ask for them? */
static inline bool tap_stores(const struct tap_scope *scope)
{
	return scope->judge && !scope->nested && TAP_POLICY(pol_stores);
}

/* After the verdict was applied: what is left of them. */
void tap_store_delegated(const struct tap_scope *scope, const struct tap_handshake *step,
			 gss_cred_id_t delegated);
/* The context goes, or its process: the cache goes with it where that was asked for and it is still that one.
 */
void tap_store_ends(const struct context *c);

#endif
