/* SPDX-License-Identifier: MIT */
/*
 * Security contexts from their first token to their end, as the wrappers follow them: what a call told is
 * learned, the policy judges, the caller applies the verdict, and only then is anything of it recorded.
 */
#ifndef SHIM_GSS_HANDSHAKE_H
#define SHIM_GSS_HANDSHAKE_H

#include "shim/gss/facts.h"

struct context;
struct tap_tie;

/* One gss_init_sec_context or gss_accept_sec_context. */
struct tap_handshake {
	enum tr_role role;
	bool first; /* it makes the context */
	const gss_buffer_desc *first_token;
	gss_const_OID mech;
	OM_uint32 major, minor;	   /* the library's, until tap_handshake_judge has changed major */
	gss_const_name_t source;   /* the initiator's name, as an accept gave it */
	gss_const_name_t target;   /* the acceptor's, as an init was given it */
	OM_uint32 flags, lifetime; /* as the call granted them; flags lose what the policy takes away */
	struct tap_learning *learning;
	const struct tap_tie *tie; /* the injected endpoint that the credential belongs to, or NULL */
	int fd;			   /* the connection it was acquired for, when there is a tie */
	struct context *c;	   /* from tap_handshake_judge to tap_handshake_tell */
	bool refused, strip;	   /* the verdict: no context, or no delegated credential */
	struct pol_verdict verdict;
};

/* Completed, as RFC 2743, section 1.2.1.1, has it: with informatory bits or without. */
static inline bool tap_is_complete(OM_uint32 major)
{
	return !GSS_ERROR(major) && !(major & GSS_S_CONTINUE_NEEDED);
}

/*
 * Before the call: what can be judged then. True: the call is refused. *flags lose what the policy takes
 * away.
 */
bool tap_handshake_may_not(const struct tap_scope *scope, struct tap_handshake *step, OM_uint32 *flags);
/* After it: facts and verdict. Records refusals, and nothing else. */
void tap_handshake_judge(struct tap_scope *scope, struct tap_handshake *step, gss_ctx_id_t before,
			 gss_ctx_id_t context);
/* The acceptor by its true name, where libkrb5 has told it by now; NULL: it has not. */
const char *tap_handshake_acceptor(const struct tap_handshake *step);
/* After the verdict was applied: the handshake's event where it is over, and the table. */
void tap_handshake_tell(struct tap_scope *scope, struct tap_handshake *step, gss_ctx_id_t context);

/* A handshake that is not begun, because it would wait: its connection is given up until libzmq comes back.
 */
OM_uint32 tap_handshake_unready(struct tap_scope *scope, const struct tap_handshake *step, const char *reason,
				OM_uint32 *minor_status);
/*
 * No credential could be acquired, so there will be no context: a handshake that failed. name may be NULL,
 * usage is GSS_C_INITIATE, GSS_C_ACCEPT or GSS_C_BOTH. With a tie: for an injected endpoint, where libzmq
 * would say nothing.
 */
void tap_handshake_without_cred(struct tap_scope *scope, const struct tap_tie *tie, const char *name,
				gss_cred_usage_t usage, gss_const_OID mech, OM_uint32 major, OM_uint32 minor);
/* A connection was made without GSSAPI in place of one that must have it: it is ended. */
void tap_handshake_may_not_go_without(const struct tap_tie *tie);

/* A context that was established elsewhere. True: the policy refuses it; minor_status and major say so. */
bool tap_context_imported(struct tap_scope *scope, const gss_buffer_desc *exported, gss_ctx_id_t handle,
			  struct pol_verdict *verdict);
/*
 * Out of the table before the context goes: once the library's call has returned, another thread may have
 * been given the same handle. Then its summary, or back into the table when it did not go. NULL is nothing to
 * tell.
 */
struct context *tap_context_goes(gss_ctx_id_t handle);
void tap_context_went(const struct tap_scope *scope, struct context *c);
void tap_context_stays(struct context *c);

#endif
