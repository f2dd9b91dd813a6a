/* SPDX-License-Identifier: MIT */
/*
 * Who else has a say in these calls: libzmq's GSSAPI mechanism is secured and put right from the calls it
 * makes, by rooms above this one (shim/inject, shim/repair). They are a guest in the wrappers here, which
 * know of no sockets, endpoints or connections, and include nothing of theirs.
 *
 * There is none before an endpoint is injected or adopted: until then, and in a program of another kind for
 * ever, it costs a load and a branch. It is set once, with all of its members.
 */
#ifndef SHIM_GUEST_H
#define SHIM_GUEST_H

#include "shim/core/tap.h"

enum tap_guest {
	TAP_GUEST_PASSES = 0, /* no concern of the guest's: the call is made as it is */
	TAP_GUEST_CALLED,     /* the guest made it, in its own way */
	TAP_GUEST_ANSWERED,   /* nobody is called: this is no GSSAPI, and is not recorded */
};

struct tap_gss_guest {
	/* Before the call. *major is set unless the guest passes. */
	enum tap_guest (*wrap)(const struct tap_scope *scope, __typeof__(&gss_wrap) real,
			       OM_uint32 *minor_status, gss_ctx_id_t context, int conf_req, gss_qop_t qop,
			       gss_buffer_t input, int *conf_state, gss_buffer_t output, OM_uint32 *major);
	enum tap_guest (*unwrap)(const struct tap_scope *scope, gss_ctx_id_t context, gss_buffer_t input,
				 gss_buffer_t output, int *conf_state, OM_uint32 *major);
	/* After the library's answer is recorded: what the caller is given instead. */
	OM_uint32 (*unwrapped)(const struct tap_scope *scope, OM_uint32 major, gss_ctx_id_t context,
			       gss_buffer_t output, int *conf_state);
	/* The name to be imported instead, in *bare, and whose it is; NULL: as it is. */
	const struct tap_tie *(*import_name)(const gss_buffer_desc *input, gss_buffer_desc *bare);
	void (*imported)(const struct tap_tie *whose, gss_name_t name);
	/* Before the call. */
	void (*release_name)(gss_name_t name);
	void (*release_buffer)(const struct tap_scope *scope);
};

extern const struct tap_gss_guest *tap_gss_guest_set; /* mech.c; NULL: nobody */

static inline const struct tap_gss_guest *tap_gss_guest(void)
{
	return __builtin_expect(__atomic_load_n(&tap_gss_guest_set, __ATOMIC_ACQUIRE) != NULL, 0)
		       ? tap_gss_guest_set
		       : NULL;
}

#endif
