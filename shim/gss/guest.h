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

struct tap_tie; /* one endpoint of the guest's, which alone looks into it */

/* For whom a name or a credential is made, and a context of it. */
struct tap_served {
	struct tap_tie *tie; /* NULL: nobody of the guest's */
	int connection;
};

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
	/* Before the call: the name to be imported instead, in *bare, where it is for one of the guest's. */
	void (*import_name)(const gss_buffer_desc *input, gss_buffer_desc *bare, struct tap_served *served);
	/* The same of a credential, which may be of another name and for another usage. */
	enum tap_guest (*acquire)(const struct tap_scope *scope, gss_name_t *name, gss_cred_usage_t *usage,
				  gss_cred_id_t *cred, struct tap_served *served, OM_uint32 *major);
	/* After the call: the name or the credential that was made for one of the guest's. */
	void (*made)(const struct tap_served *served, const void *handle);
	/* Before the call: whose context it makes. */
	enum tap_guest (*init)(struct tap_scope *scope, gss_cred_id_t cred, gss_ctx_id_t *context,
			       gss_name_t target, gss_buffer_t output, OM_uint32 *flags,
			       struct tap_served *served, OM_uint32 *major);
	void (*accept)(gss_cred_id_t cred, struct tap_served *served);
	/* A context that serves one of the guest's: fields of its handshake's event, and how that ended. */
	void (*describe)(const struct tap_served *served, struct tr_draft *draft);
	void (*ended)(const struct tap_served *served, enum tr_outcome outcome, const char *reason);
	/* The summary of one that is gone: more fields of it. */
	void (*went)(const struct tap_served *served, struct tr_draft *draft);
	/* Before a name, a credential or a context goes. True: it was the guest's own, and nobody is called.
	 */
	bool (*release)(const struct tap_scope *scope, const void *handle);
	void (*release_buffer)(const struct tap_scope *scope);
};

extern const struct tap_gss_guest *tap_gss_guest_set; /* mech.c; NULL: nobody */

static inline const struct tap_gss_guest *tap_gss_guest(void)
{
	return __builtin_expect(__atomic_load_n(&tap_gss_guest_set, __ATOMIC_ACQUIRE) != NULL, 0)
		       ? tap_gss_guest_set
		       : NULL;
}

/*
 * What the guest asks and says of contexts.
 *
 * Whom one serves, and how many messages have passed in one direction so far; NULL: nobody of the guest's.
 */
struct tap_tie *tap_context_tie(gss_ctx_id_t context, bool outbound, int *connection, uint64_t *count);
/* One that is no library's: known by whom it serves, and nothing of it is told. */
void tap_context_stands_in(gss_ctx_id_t context, const struct tap_served *served);
void tap_context_forget(gss_ctx_id_t context);

#endif
