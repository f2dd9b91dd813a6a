/* SPDX-License-Identifier: MIT */
/*
 * Security contexts from their first token to their end, as the wrappers follow them: what a call told is
 * learned, the policy judges (handshake.c), the caller applies the verdict, and only then is anything of it
 * told (told.c).
 */
#ifndef SHIM_GSS_HANDSHAKE_H
#define SHIM_GSS_HANDSHAKE_H

#include "shim/core/ending.h"
#include "shim/gss/facts.h"

struct context;

/* One gss_init_sec_context or gss_accept_sec_context. */
struct tap_handshake {
	enum tr_role role;
	gss_ctx_id_t before; /* GSS_C_NO_CONTEXT: it makes the context */
	bool part;	     /* of another one that is followed itself: neither judged nor told */
	const gss_buffer_desc *first_token;
	gss_const_OID mech;
	OM_uint32 major, minor;	   /* the library's, until the verdict is applied */
	gss_const_name_t source;   /* the initiator's name, as an accept gave it */
	gss_const_name_t target;   /* the acceptor's, as an init was given it */
	OM_uint32 flags, lifetime; /* as the call granted them; flags lose what the policy takes away */
	bool bound;		   /* the program gave channel bindings */
	bool delegation_open;	   /* see pol_facts */
	unsigned would;		   /* told of before the token: see tap_judge */
	struct tap_learning *learning;
	bool lost;	     /* what was learned of this call: see tap_learn_end */
	struct context *c;   /* from tap_handshake_judge to tap_handshake_tell */
	bool refused, strip; /* the verdict: no context, or no delegated credential */
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
void tap_handshake_judge(struct tap_scope *scope, struct tap_handshake *step, gss_ctx_id_t context);
/* The acceptor by its true name, where libkrb5 has told it by now; NULL: it has not. */
const char *tap_handshake_acceptor(const struct tap_handshake *step);
/* A token's hash, where the handshake is named by it; NULL: by another one, or there is none. */
const uint8_t *tap_handshake_hash(const struct tap_handshake *step, const gss_buffer_desc *token);
/* After the verdict was applied: the handshake's event where it is over, and the table. */
void tap_handshake_tell(struct tap_scope *scope, struct tap_handshake *step, gss_ctx_id_t context);

/* A handshake that failed before there was anything to follow, and never will be. */
struct tap_no_handshake {
	enum tr_role role;	       /* 0: it could have been either */
	const char *initiator, *asked; /* NULL: not known */
	gss_const_OID mech;
	OM_uint32 major, minor;
	const char *reason;
};
void tap_handshake_without(const struct tap_scope *scope, const struct tap_no_handshake *none);

/* The call of this thread that makes one never returned: for tap_at_left. */
struct tap_left_teller;
extern const struct tap_left_teller tap_handshake_left;

/* A context that was established elsewhere. True: the policy refuses it. */
bool tap_context_imported(struct tap_scope *scope, const gss_buffer_desc *exported, gss_ctx_id_t handle,
			  struct pol_verdict *verdict);
/* Those that are still open when the process ends: for tap_at_end. */
void tap_contexts_end(enum tap_end end);
/* The same of one of them, of which nothing is told as yet. */
void tap_context_tell_open(const struct context *c, enum tap_end end);
/* The summary of one that is gone, which is given up with it. */
void tap_context_went(const struct tap_scope *scope, struct context *c);

#endif
