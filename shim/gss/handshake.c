/* SPDX-License-Identifier: MIT */
/*
 * Security contexts, from their first token to their end: one `handshake` event when a context is
 * established, fails or is refused, one `context` event with what it carried when it goes.
 */
#include "shim/gss/context.h"

#include <errno.h>
#include <string.h>

/* What an established context says of itself. */
struct facts {
	char initiator[256], acceptor[256];
	bool has_initiator, has_acceptor;
	OM_uint32 flags, lifetime;
	gss_OID mech;
	uint32_t enctype; /* 0 unknown */
};

/* The session key's OID ends in its encryption type; the key itself is wiped before it is freed. */
static uint32_t session_enctype(const struct tap_scope *scope, gss_ctx_id_t context)
{
	static const gss_OID_desc inquire = {11, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x05"};
	static const char prefix[] = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x04";
	__typeof__(&gss_inquire_sec_context_by_oid) ask = TAP_OTHER(scope, gss_inquire_sec_context_by_oid);
	__typeof__(&gss_release_buffer_set) release = TAP_OTHER(scope, gss_release_buffer_set);
	gss_buffer_set_t set = NULL;
	uint32_t enctype = 0;
	OM_uint32 minor;

	if (!ask || !release || ask(&minor, context, (gss_OID)&inquire, &set) != GSS_S_COMPLETE || !set)
		return 0;
	if (set->count >= 2 && set->elements[1].length > 10 && !memcmp(set->elements[1].value, prefix, 10)) {
		const uint8_t *arc = (const uint8_t *)set->elements[1].value + 10;

		for (size_t i = 10; i < set->elements[1].length; i++, arc++)
			enctype = enctype << 7 | (*arc & 0x7f);
	}
	if (set->count)
		explicit_bzero(set->elements[0].value, set->elements[0].length);
	release(&minor, &set);
	return enctype;
}

/* The mechanisms of RFC 1964 and 4121, in all the ways that MIT and Heimdal know them. */
static bool is_kerberos(gss_const_OID mech)
{
	static const gss_OID_desc known[] = {
		{9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"}, /* krb5 */
		{5, "\x2b\x05\x01\x05\x02"},		     /* krb5, before RFC 1964 */
		{9, "\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"}, /* krb5, as Microsoft once had it */
		{6, "\x2b\x06\x01\x05\x02\x05"},	     /* iakerb */
	};

	for (size_t i = 0; mech && i < sizeof(known) / sizeof(known[0]); i++)
		if (mech->length == known[i].length &&
		    !memcmp(mech->elements, known[i].elements, known[i].length))
			return true;
	return false;
}

/* What the call itself told, for a mechanism that is better not asked: gss-ntlmssp's gss_inquire_context
 * crashes. */
static void learn_from_call(const struct tap_scope *scope, const struct tap_handshake *step,
			    struct facts *facts)
{
	facts->mech = (gss_OID)step->mech;
	facts->flags = step->flags;
	facts->lifetime = step->lifetime;
	if (step->role == TR_ROLE_ACCEPTOR) {
		facts->has_initiator =
			tap_display_name(scope, step->source, facts->initiator, sizeof(facts->initiator));
	} else if (step->target) {
		tap_copy(facts->acceptor, sizeof(facts->acceptor), step->target);
		facts->has_acceptor = true;
	}
}

static void learn(const struct tap_scope *scope, const struct tap_handshake *step, gss_ctx_id_t context,
		  struct facts *facts)
{
	__typeof__(&gss_inquire_context) inquire = TAP_OTHER(scope, gss_inquire_context);
	__typeof__(&gss_release_name) release = TAP_OTHER(scope, gss_release_name);
	gss_name_t initiator = GSS_C_NO_NAME, acceptor = GSS_C_NO_NAME;
	/* Each name costs the library microseconds: without a trace only the one that is judged. */
	bool told = tr_level != TR_LEVEL_OFF, judged = scope->judge && pol_judges_peers(&tap_policy);
	bool want_initiator = told || (judged && step->role == TR_ROLE_ACCEPTOR);
	bool known = want_initiator && step->role == TR_ROLE_ACCEPTOR && step->source != GSS_C_NO_NAME;
	bool want_acceptor = told || (judged && step->role == TR_ROLE_INITIATOR);
	OM_uint32 minor;
	int saved = errno;

	facts->has_initiator = facts->has_acceptor = false;
	facts->flags = facts->lifetime = facts->enctype = 0;
	facts->mech = GSS_C_NO_OID;
	tap_quiet_begin();
	if (!is_kerberos(step->mech)) {
		learn_from_call(scope, step, facts);
	} else if (inquire && release &&
		   inquire(&minor, context, want_initiator && !known ? &initiator : NULL,
			   want_acceptor ? &acceptor : NULL, &facts->lifetime, &facts->mech, &facts->flags,
			   NULL, NULL) == GSS_S_COMPLETE) {
		facts->has_initiator = tap_display_name(scope, known ? step->source : initiator,
							facts->initiator, sizeof(facts->initiator));
		facts->has_acceptor =
			tap_display_name(scope, acceptor, facts->acceptor, sizeof(facts->acceptor));
		if (initiator != GSS_C_NO_NAME)
			release(&minor, &initiator);
		if (acceptor != GSS_C_NO_NAME)
			release(&minor, &acceptor);
		if (told)
			facts->enctype = session_enctype(scope, context);
	}
	tap_quiet_end();
	errno = saved;
}

static void comment_handshake(struct tr_draft *d, const struct facts *facts, enum tr_outcome outcome,
			      const char *reason)
{
	char *out = tap_thread.comment;
	size_t size = sizeof(tap_thread.comment);

	tap_copy(out, size,
		 outcome == TR_OUTCOME_ESTABLISHED ? "established"
		 : outcome == TR_OUTCOME_REFUSED   ? "refused"
						   : "failed");
	if (facts && facts->has_initiator) {
		tap_append(out, size, ": ");
		tap_append(out, size, facts->initiator);
	}
	if (facts && facts->has_acceptor) {
		tap_append(out, size, " to ");
		tap_append(out, size, facts->acceptor);
	}
	if (reason && *reason) {
		tap_append(out, size, ": ");
		tap_append(out, size, reason);
	}
	d->comment = out;
}

static void write_handshake(const struct tap_scope *scope, const struct context *c, const struct facts *facts,
			    gss_const_OID mech, enum tr_outcome outcome, OM_uint32 major, OM_uint32 minor,
			    const char *reason)
{
	char peer[128] = "";
	struct tr_draft *d;

	if (c->tie)
		tap_line_peer(c->fd, peer, sizeof(peer));
	if (c->tie && outcome == TR_OUTCOME_FAILED)
		tap_line_why(c->fd, reason);
	d = tap_event(scope, TR_E_handshake);
	if (!d)
		return;
	d->time = tr_now();
	comment_handshake(d, facts, outcome, reason);
	tr_put_u32(d, TR_F_ROLE, c->role);
	tr_put_u32(d, TR_F_OUTCOME, outcome);
	tap_put_handle(d, TR_F_CONTEXT, c->handle);
	tap_put_oid(d, TR_F_MECH, mech);
	if (facts && facts->has_initiator)
		tr_put_text(d, TR_F_INITIATOR, facts->initiator);
	if (facts && facts->has_acceptor)
		tr_put_text(d, TR_F_ACCEPTOR, facts->acceptor);
	else if (c->target[0])
		tr_put_text(d, TR_F_ACCEPTOR, c->target);
	if (facts && facts->mech) {
		tr_put_u32(d, TR_F_FLAGS_RET, facts->flags);
		tr_put_u32(d, TR_F_LIFETIME, facts->lifetime);
	}
	if (facts && facts->enctype)
		tr_put_u32(d, TR_F_SESSION_ENCTYPE, facts->enctype);
	tr_put_u32(d, TR_F_ROUNDS, c->rounds);
	if (c->tie) {
		tap_put_handle(d, TR_F_SOCKET, c->tie->socket);
		tr_put_text(d, TR_F_ENDPOINT, c->tie->endpoint);
		if (peer[0])
			tr_put_text(d, TR_F_PEER, peer);
	}
	tr_put_u64(d, TR_F_DURATION, d->time - c->started);
	if (c->hashed)
		tr_put(d, TR_F_HANDSHAKE, c->first_hash, sizeof(c->first_hash));
	if (GSS_ERROR(major)) {
		tr_put_u32(d, TR_F_MAJOR, major);
		tr_put_u32(d, TR_F_MINOR, minor);
	}
	if (reason && *reason)
		tr_put_text(d, TR_F_REASON, reason);
	tr_commit(d);
}

/* Established: is the other side one that the policy lets in? */
static bool peer_refused(const struct tap_scope *scope, const struct context *c, const struct facts *facts,
			 struct pol_verdict *verdict)
{
	bool initiator = c->role == TR_ROLE_INITIATOR;
	const char *peer = initiator ? (facts->has_acceptor ? facts->acceptor : NULL)
				     : (facts->has_initiator ? facts->initiator : NULL);

	if (!scope->judge)
		return false;
	if (facts->flags & GSS_C_ANON_FLAG && !initiator)
		peer = NULL;
	if (pol_judge_peer(&tap_policy, initiator ? POL_INITIATOR : POL_ACCEPTOR, peer, verdict) == POL_ALLOW)
		return false;
	return tap_refuses(scope, verdict, peer);
}

static OM_uint32 establish(struct tap_scope *scope, const struct tap_handshake *step, struct context *c,
			   bool keep, gss_ctx_id_t *context, OM_uint32 *minor_status, bool *refused)
{
	__typeof__(&gss_delete_sec_context) delete = TAP_OTHER(scope, gss_delete_sec_context);
	struct pol_verdict verdict = {0};
	struct facts facts;
	OM_uint32 minor;

	learn(scope, step, *context, &facts);
	c->handle = *context;
	*refused = peer_refused(scope, c, &facts, &verdict);
	write_handshake(scope, c, &facts, facts.mech, *refused ? TR_OUTCOME_REFUSED : TR_OUTCOME_ESTABLISHED,
			0, 0, *refused ? verdict.reason : NULL);
	if (!*refused) {
		c->established = true;
		c->established_at = tr_now();
		if (keep)
			tap_context_enter(c, *context);
		return GSS_S_COMPLETE;
	}
	if (c->tie)
		tap_line_refused(c->fd);
	if (c->tie && tap_repairs(POL_REPAIR_HANDSHAKE))
		tap_line_doom(c->fd);
	if (keep)
		tap_context_free(c);
	tap_quiet_begin();
	if (delete)
		delete (&minor, context, GSS_C_NO_BUFFER);
	tap_quiet_end();
	*context = GSS_C_NO_CONTEXT;
	return tap_refuse_gss(&verdict, minor_status);
}

static struct context *begin(const struct tap_scope *scope, const struct tap_handshake *step)
{
	struct context *c = tap_context_new();

	if (!c)
		return NULL;
	c->role = step->role;
	c->started = scope->start;
	c->tie = step->tie;
	c->fd = step->fd;
	if (step->target)
		tap_copy(c->target, sizeof(c->target), step->target);
	return c;
}

OM_uint32 tap_handshake_step(struct tap_scope *scope, struct tap_handshake *step, gss_ctx_id_t before,
			     gss_ctx_id_t *context, OM_uint32 *minor_status, bool *refused)
{
	struct context *c = tap_context_take(before),
		       stand_in = {
			       .role = step->role, .started = scope->start, .tie = step->tie, .fd = step->fd};
	OM_uint32 major = step->major;
	bool keep;

	*refused = false;
	if (!c)
		c = begin(scope, step);
	keep = c != NULL;
	if (!c)
		c = &stand_in; /* no room to remember it: it is judged and told of all the same */
	c->rounds++;
	if (!c->hashed && step->first_token && step->first_token->length && tr_level != TR_LEVEL_OFF) {
		tr_hash(step->first_token->value, step->first_token->length, c->first_hash);
		c->hashed = true;
	}
	if (major == GSS_S_COMPLETE)
		return establish(scope, step, c, keep, context, minor_status, refused);
	if (!GSS_ERROR(major)) {
		if (keep)
			tap_context_enter(c, *context);
		return major;
	}
	c->handle = before;
	c->told = true;
	/* libzmq would let both ends wait for its handshake timer. */
	if (c->tie && tap_repairs(POL_REPAIR_HANDSHAKE))
		tap_line_doom(c->fd);
	write_handshake(scope, c, NULL, step->mech, TR_OUTCOME_FAILED, major, step->minor,
			tr_level == TR_LEVEL_OFF ? NULL : tap_minor_text(scope, step->minor, step->mech));
	if (keep && *context == GSS_C_NO_CONTEXT)
		tap_context_free(c);
	else if (keep)
		tap_context_enter(c, *context);
	return major;
}

void tap_handshake_refused(struct tap_scope *scope, enum tr_role role, const char *target, const char *reason)
{
	struct context c = {.role = role, .started = scope->start};

	if (target)
		tap_copy(c.target, sizeof(c.target), target);
	write_handshake(scope, &c, NULL, GSS_C_NO_OID, TR_OUTCOME_REFUSED, 0, 0, reason);
}

OM_uint32 tap_handshake_unready(struct tap_scope *scope, const struct tap_handshake *step, const char *reason,
				OM_uint32 *minor_status)
{
	struct context c = {.role = step->role, .started = scope->start, .tie = step->tie, .fd = step->fd};

	if (step->target)
		tap_copy(c.target, sizeof(c.target), step->target);
	write_handshake(scope, &c, NULL, GSS_C_NO_OID, TR_OUTCOME_FAILED, 0, 0, reason);
	tap_line_doom(step->fd);
	*minor_status = 0;
	return GSS_S_NO_CRED;
}

void tap_handshake_without_cred(struct tap_scope *scope, const struct tap_tie *tie, OM_uint32 major,
				OM_uint32 minor)
{
	struct context c = {.role = tie->server ? TR_ROLE_ACCEPTOR : TR_ROLE_INITIATOR,
			    .started = scope->start ? scope->start : tr_now(),
			    .tie = tie,
			    .fd = tap_line_now()};
	int saved = errno;

	write_handshake(scope, &c, NULL, GSS_C_NO_OID, TR_OUTCOME_FAILED, major, minor,
			tr_level == TR_LEVEL_OFF ? NULL : tap_minor_text(scope, minor, GSS_C_NO_OID));
	if (tap_repairs(POL_REPAIR_HANDSHAKE))
		tap_line_doom(c.fd);
	errno = saved;
}

void tap_handshake_may_not_go_without(const struct tap_tie *tie)
{
	struct tap_scope scope = {.start = tr_now()};
	struct context c = {
		.role = TR_ROLE_INITIATOR, .started = scope.start, .tie = tie, .fd = tap_line_now()};

	write_handshake(&scope, &c, NULL, GSS_C_NO_OID, TR_OUTCOME_FAILED, 0, 0,
			"GSSAPI failed, and the rule of this endpoint does not let it go without");
	tap_line_doom(c.fd);
}

void tap_context_imported(gss_ctx_id_t handle)
{
	struct context *c = tap_context_new();

	if (!c)
		return;
	c->established = true;
	c->established_at = c->started = tr_now();
	tap_context_enter(c, handle);
}

void tap_context_ends(const struct tap_scope *scope, gss_ctx_id_t handle)
{
	struct context *c = tap_context_take(handle);
	struct tr_draft *d;

	if (!c)
		return;
	if (!c->established && c->told) {
		tap_context_free(c);
		return;
	}
	if (!c->established) {
		write_handshake(scope, c, NULL, GSS_C_NO_OID, TR_OUTCOME_FAILED, 0, 0,
				"the program gave the context up before it was established");
	} else if ((d = tap_event(scope, TR_E_context))) {
		d->time = tr_now();
		tap_put_handle(d, TR_F_CONTEXT, handle);
		if (c->role)
			tr_put_u32(d, TR_F_ROLE, c->role);
		tr_put_u64(d, TR_F_WRAPPED, c->out_calls);
		tr_put_u64(d, TR_F_WRAPPED_BYTES, c->out_bytes);
		tr_put_u64(d, TR_F_UNWRAPPED, c->in_calls);
		tr_put_u64(d, TR_F_UNWRAPPED_BYTES, c->in_bytes);
		tr_put_u64(d, TR_F_AGE, d->time - c->established_at);
		if (c->hashed)
			tr_put(d, TR_F_HANDSHAKE, c->first_hash, sizeof(c->first_hash));
		tr_commit(d);
	}
	tap_context_free(c);
}
