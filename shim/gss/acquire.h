/* SPDX-License-Identifier: MIT */
/*
 * Credentials that a program leaves to the defaults, and that a rule of gss.acquire has from elsewhere. They
 * are acquired by the library's own gss_acquire_cred_from, at each call, as the library acquires the default
 * ones: so whatever has become of a cache or keytab meanwhile counts, and threads have nothing in common.
 */
#ifndef SHIM_GSS_ACQUIRE_H
#define SHIM_GSS_ACQUIRE_H

#include "shim/gss/handshake.h"

/* Of the service that credentials are about to be acquired for, where who acquires them knows: this thread's.
 */
extern __thread gss_const_name_t tap_acquires_for;

/* The outputs and wishes of gss_acquire_cred, and of gss_add_cred. */
struct tap_acquiring {
	OM_uint32 *minor;
	gss_name_t own;
	OM_uint32 time, acceptor_time;
	gss_OID_set mechs; /* of an acquisition */
	gss_cred_usage_t usage;
	gss_cred_id_t *cred;
	gss_OID_set *actual;
	OM_uint32 *lifetime, *acceptor_lifetime;
	/* of an addition */
	bool adds;
	gss_cred_id_t input;
	gss_OID mech;
};

/* True: the call was made as a rule says, or refused, with *major as it returns. */
bool tap_acquires_by_rule(const struct tap_scope *scope, const struct tap_acquiring *a, OM_uint32 *major);

/*
 * For a handshake without a credential. True: go on, with *lent where that is one, which is dropped after the
 * call. False: refused, as step says.
 */
bool tap_lend(const struct tap_scope *scope, struct tap_handshake *step, const gss_buffer_desc *token,
	      gss_cred_id_t *lent);

#endif
