/* SPDX-License-Identifier: MIT */
/*
 * What is known of a security context while it is made. libkrb5's own calls under the handshake tell most of
 * it (shim/krb5/facts.c), for nothing and before a token leaves; the library is asked where they do not pass
 * us.
 *
 * The store of a call in flight belongs to its thread and not to the wrapper's frame: who leaves a call by
 * longjmp leaves nothing behind that could be written to.
 */
#ifndef SHIM_GSS_FACTS_H
#define SHIM_GSS_FACTS_H

#include "shim/core/tap.h"

#define TAP_NAME 256 /* a principal that is longer is not known whole, and passes no rule */

struct tap_facts {
	struct pol_facts pol; /* its texts are the buffers below, once there is something in them */
	bool has_mech;
	uint8_t mech[32];
	char initiator[TAP_NAME], acceptor[TAP_NAME], asked[TAP_NAME], store[TAP_NAME];
};

/* The names in pol point into the structure: to be called after it was copied. */
void tap_facts_settle(struct tap_facts *facts);
/* The other end; NULL: not known. */
static inline const char *tap_facts_peer(const struct pol_facts *facts)
{
	return facts->role == POL_INITIATOR ? facts->acceptor.text : facts->initiator.text;
}
void tap_facts_mech(struct tap_facts *facts, gss_const_OID mech);
bool tap_is_kerberos(gss_const_OID mech);
/* It is the one that a context will have, and not one that chooses it. */
static inline bool tap_is_chosen(gss_const_OID mech)
{
	return mech && mech->elements && !pol_negotiates(mech->elements, mech->length);
}
/* Is it krb5's, by its frame: a first token, and an exported context? */
bool tap_begins_kerberos(const gss_buffer_desc *token);
bool tap_exports_kerberos(const gss_buffer_desc *exported);
/* By which a context's export and its import are known to belong together. */
void tap_put_exported(struct tr_draft *d, const gss_buffer_desc *exported);

/*
 * One call of the host's that makes a context. Between begin and end libkrb5's calls are told to the facts
 * that begin gives; NULL: there is no memory, or this call is made within another (by a signal handler):
 * nothing will be told. A peer that is known too early to be refused by the caller is judged where it becomes
 * known: then refused is set.
 */
struct tap_learning {
	struct tap_facts facts;
	struct tap_call {
		uintptr_t frame;
		bool open, judge;
		bool guests;	     /* it serves one, who tells of it himself */
		bool left;	     /* it is told of as one that never returns */
		gss_ctx_id_t before; /* GSS_C_NO_CONTEXT: it makes the context */
		uint32_t process;    /* by tap_lineage */
		bool refused;
		bool would;	    /* in audit mode: something might have been refused or taken away */
		bool final;	    /* a token has left, and nobody will tell who the peer is */
		bool strips;	    /* the credential that would be delegated is not to be made */
	} call;			    /* begun anew as a whole */
	struct pol_verdict verdict; /* of the refusal, or of what was taken away */
};
struct tap_learning *tap_learn_begin(const struct tap_scope *scope, uintptr_t frame, enum pol_role role,
				     gss_ctx_id_t before, uint32_t flags_requested);
/*
 * The call returns. False: of it nothing is known any more, since meanwhile this thread began another one, on
 * another stack, or the call went on on another thread. The learning is not to be looked at then.
 */
bool tap_learn_end(struct tap_learning *learning, uintptr_t frame);
/* The one that is under way on this thread, for a library's call; NULL: none. */
struct tap_learning *tap_learning(void);

/*
 * Asks the library what nobody told: names where somebody will read or judge them, flags and lifetime as the
 * call gave them. source: the initiator as an accept gave it, or GSS_C_NO_NAME; target: the acceptor as it
 * was asked for.
 */
void tap_facts_ask(const struct tap_scope *scope, gss_ctx_id_t context, gss_const_OID mech,
		   gss_const_name_t source, struct tap_facts *facts);
/* The same for a context that was imported: role and flags, too. */
void tap_facts_ask_imported(const struct tap_scope *scope, gss_ctx_id_t context, struct tap_facts *facts);
/* The session key's encryption type; 0: not known. */
uint32_t tap_session_enctype(const struct tap_scope *scope, gss_ctx_id_t context);

#endif
