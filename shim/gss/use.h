/* SPDX-License-Identifier: MIT */
/*
 * What a program does with a security context that is there, where a rule has a word about it. Looked at is
 * what comes of a call, and nothing where no rule asks; a library's calls to itself and our own are left
 * alone.
 */
#ifndef SHIM_GSS_USE_H
#define SHIM_GSS_USE_H

#include "shim/core/tap.h"

/* May a rule forbid this use, in this call? */
static inline bool tap_use_is_judged(const struct tap_scope *scope, enum pol_use use)
{
	const struct pol *policy;
	bool judged;

	if (__builtin_expect(!scope->judge, 1) || scope->nested)
		return false;
	policy = tap_policy_take();
	judged = pol_judges_use(policy, use);
	tap_policy_give(policy);
	return judged;
}

/* The policy's word about it, told; audit mode's is POL_ALLOW. errno is kept. */
enum pol_action tap_use(const struct tap_scope *scope, gss_ctx_id_t context, enum pol_use use,
			struct pol_verdict *verdict);

/* True: this use is refused, before its call, with *major set. */
bool tap_use_refused(const struct tap_scope *scope, gss_ctx_id_t context, enum pol_use use,
		     OM_uint32 *minor_status, OM_uint32 *major);

/* The same of a way to a credential, which is emptied; cred may be NULL. */
bool tap_way_refused(const struct tap_scope *scope, enum pol_use way, gss_cred_usage_t usage,
		     gss_cred_id_t *cred, OM_uint32 *minor_status, OM_uint32 *major);

/* A message of which a rule, or the trace, wants to know whether it is encrypted; all zero at first. */
struct tap_bare {
	bool judged;
	int state; /* where the program does not want to know it */
};

/*
 * Before the call: *conf_state is somewhere from now on, where that is wanted. True: a wrap is refused, with
 * *major set; else *conf_req may have been raised. An unwrap has no conf_req (NULL).
 */
bool tap_bare_before(const struct tap_scope *scope, struct tap_bare *bare, gss_ctx_id_t context,
		     int *conf_req, int **conf_state, OM_uint32 *minor_status, OM_uint32 *major);
/* After it, of one that was made. True: it is refused, and *major set: its output is not for the program. */
bool tap_bare_after(const struct tap_scope *scope, const struct tap_bare *bare, gss_ctx_id_t context,
		    bool wrapped, int *conf_state, OM_uint32 *minor_status, OM_uint32 *major);
/* Of a call that asks how large a wrapped message will be: conf_req as the wrap will have it. */
int tap_bare_asked(const struct tap_scope *scope, gss_ctx_id_t context, int conf_req);

#endif
