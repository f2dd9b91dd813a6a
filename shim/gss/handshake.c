/* SPDX-License-Identifier: MIT */
/*
 * Security contexts, from their first token to their end: what is learned of one is judged, and then told, by
 * one `handshake` event when it is established, fails, is refused or given up, and one `context` event with
 * what it carried when it goes.
 */
#include "shim/gss/handshake.h"
#include "shim/gss/context.h"
#include "shim/gss/gss.h"

#include <errno.h>
#include <string.h>

static const char *outcome_word(enum tr_outcome outcome)
{
	static const char *const words[] = {[TR_OUTCOME_ESTABLISHED] = "established",
					    [TR_OUTCOME_FAILED] = "failed",
					    [TR_OUTCOME_REFUSED] = "refused",
					    [TR_OUTCOME_ABANDONED] = "abandoned"};

	return words[outcome];
}

static void comment_handshake(struct tr_draft *d, const struct tap_facts *facts, enum tr_outcome outcome,
			      const char *reason)
{
	char *out = tap_thread.comment;
	size_t size = sizeof(tap_thread.comment);

	tap_copy(out, size, outcome_word(outcome));
	if (facts->pol.initiator.text) {
		tap_append(out, size, ": ");
		tap_append(out, size, facts->initiator);
	}
	if (facts->pol.acceptor.text) {
		tap_append(out, size, " to ");
		tap_append(out, size, facts->acceptor);
	}
	if (reason && *reason) {
		tap_append(out, size, ": ");
		tap_append(out, size, reason);
	}
	d->comment = out;
}

/* The peer is one of an established context, or of one that its peer's name was refused for. */
static void put_facts(struct tr_draft *d, const struct context *c, bool known)
{
	const struct tap_facts *facts = &c->facts;
	const char *acceptor = facts->acceptor[0] ? facts->acceptor : facts->asked;

	if (facts->initiator[0])
		tr_put_text(d, TR_F_INITIATOR, facts->initiator);
	if (acceptor[0])
		tr_put_text(d, TR_F_ACCEPTOR, acceptor);
	if (facts->asked[0] && facts->acceptor[0] && strcmp(facts->asked, facts->acceptor))
		tr_put_text(d, TR_F_ASKED, facts->asked);
	if (known) {
		tr_put_u32(d, TR_F_FLAGS_RET, facts->pol.flags_granted);
		tr_put_u32(d, TR_F_LIFETIME, facts->pol.lifetime);
	}
	if (facts->pol.session_enctype)
		tr_put_u32(d, TR_F_SESSION_ENCTYPE, facts->pol.session_enctype);
	if (facts->pol.ticket_enctype)
		tr_put_u32(d, TR_F_TICKET_ENCTYPE, facts->pol.ticket_enctype);
	if (facts->kvno)
		tr_put_u32(d, TR_F_KVNO, facts->kvno);
	if (facts->pol.ticket_endtime) {
		tr_put_u32(d, TR_F_TICKET_FLAGS, facts->pol.ticket_flags);
		tr_put_u64(d, TR_F_AUTHTIME, (uint64_t)facts->ticket_authtime);
		tr_put_u64(d, TR_F_ENDTIME, (uint64_t)facts->pol.ticket_endtime);
	}
	if (facts->store[0])
		tr_put_text(d, c->role == TR_ROLE_ACCEPTOR ? TR_F_KEYTAB : TR_F_CCACHE, facts->store);
	if (facts->pol.delegated)
		tr_put_u32(d, TR_F_DELEGATED, 1);
}

static void write_handshake(const struct tap_scope *scope, const struct context *c, enum tr_outcome outcome,
			    OM_uint32 major, OM_uint32 minor, const char *reason)
{
	char peer[128] = "";
	struct tr_draft *d;

	if (c->tie)
		tap_line_peer(c->fd, peer, sizeof(peer));
	if (c->tie && outcome == TR_OUTCOME_FAILED)
		tap_line_why(c->fd, reason);
	tap_configuration_event();
	d = tap_event(scope, TR_E_handshake);
	if (!d)
		return;
	d->time = tr_now();
	comment_handshake(d, &c->facts, outcome, reason);
	if (c->role)
		tr_put_u32(d, TR_F_ROLE, c->role);
	tr_put_u32(d, TR_F_OUTCOME, outcome);
	tap_put_handle(d, TR_F_CONTEXT, c->handle);
	if (c->facts.has_mech)
		tr_put(d, TR_F_MECH, c->facts.mech, c->facts.pol.mech_length);
	put_facts(d, c, c->facts.pol.moment == POL_ESTABLISHED);
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

bool tap_handshake_may_not(const struct tap_scope *scope, struct tap_handshake *step, OM_uint32 *flags)
{
	struct pol_facts facts = {
		.moment = POL_BEFORE_TOKEN,
		.role = step->role == TR_ROLE_INITIATOR ? POL_INITIATOR : POL_ACCEPTOR,
		.flags_requested = *flags,
	};

	char target[TAP_NAME] = "";

	if (!scope->judge)
		return false;
	if (step->first && facts.flags_requested & (GSS_C_DELEG_FLAG | GSS_C_DELEG_POLICY_FLAG))
		tap_display_name(scope, step->target, target, sizeof(target));
	/* In the rounds that follow the same is taken away, and nothing said again. */
	switch (tap_judge(scope, &facts, step->first, target[0] ? target : NULL, &step->verdict)) {
	case POL_ALLOW:
		return false;
	case POL_CHANGE:
		*flags &= ~(OM_uint32)(GSS_C_DELEG_FLAG | GSS_C_DELEG_POLICY_FLAG);
		return false;
	default:
		return step->refused = true;
	}
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
	c->facts.pol.role = step->role == TR_ROLE_INITIATOR ? POL_INITIATOR : POL_ACCEPTOR;
	c->facts.pol.lifetime = UINT32_MAX;
	return c;
}

/* What libkrb5 was asked in this call joins what is known from those before. */
static void learn(struct context *c, const struct tap_learning *l)
{
	bool delegated = c->facts.pol.delegated;
	enum pol_moment moment = c->facts.pol.moment;

	if (!l || (!l->facts.kerberos && !l->facts.asked[0]))
		return;
	c->facts = l->facts;
	c->facts.pol.delegated |= delegated;
	c->facts.pol.moment = moment;
	tap_facts_settle(&c->facts);
}

/* The context can protect messages from now on: all that may be asked of it is known, or will not be. */
static void complete(const struct tap_scope *scope, struct tap_handshake *step, struct context *c,
		     gss_ctx_id_t context)
{
	struct tap_facts *facts = &c->facts;

	tap_facts_mech(facts, step->mech);
	tap_facts_settle(facts);
	facts->pol.moment = POL_ESTABLISHED;
	facts->pol.flags_granted = step->flags;
	facts->pol.lifetime = step->lifetime;
	facts->pol.anonymous = step->flags & GSS_C_ANON_FLAG;
	if (!facts->kerberos || !tap_is_kerberos(step->mech)) {
		facts->initiator[0] = facts->acceptor[0] = 0;
		facts->pol.initiator = facts->pol.acceptor = (struct pol_name){NULL, false};
		facts->pol.delegated = step->role == TR_ROLE_ACCEPTOR && step->flags & GSS_C_DELEG_FLAG;
		tap_facts_ask(scope, context, step->mech, step->source, facts);
	}
	if (tr_level != TR_LEVEL_OFF && tap_is_kerberos(step->mech))
		facts->pol.session_enctype = tap_session_enctype(scope, context);
}

static const char *peer_of(const struct pol_facts *facts)
{
	return facts->role == POL_INITIATOR ? facts->acceptor.text : facts->initiator.text;
}

static void judge(struct tap_scope *scope, struct tap_handshake *step, struct context *c)
{
	if (!scope->judge || c->judged)
		return;
	switch (tap_judge(scope, &c->facts.pol, true, peer_of(&c->facts.pol), &step->verdict)) {
	case POL_ALLOW:
		break;
	case POL_CHANGE:
		step->strip = true;
		step->flags &= ~(OM_uint32)GSS_C_DELEG_FLAG;
		c->facts.pol.flags_granted = step->flags;
		break;
	default:
		step->refused = true;
	}
}

/*
 * RFC 2743, section 1.2.7: a context may protect messages before it is complete. Where its peer is known by
 * then it is judged, else it may not yet.
 */
static void judge_ready(struct tap_scope *scope, struct tap_handshake *step, struct context *c)
{
	if (!scope->judge || c->judged || !(step->flags & GSS_C_PROT_READY_FLAG))
		return;
	if (!c->facts.kerberos) {
		if (pol_judges_peers(&tap_policy))
			step->flags &= ~(OM_uint32)GSS_C_PROT_READY_FLAG;
		return;
	}
	c->facts.pol.moment = POL_ESTABLISHED;
	c->facts.pol.flags_granted = step->flags;
	judge(scope, step, c);
	c->judged = true;
}

void tap_handshake_judge(struct tap_scope *scope, struct tap_handshake *step, gss_ctx_id_t before,
			 gss_ctx_id_t context)
{
	struct context *c = tap_context_take(before);

	if (!c)
		c = begin(scope, step);
	step->c = c;
	if (step->learning && step->learning->refused) {
		/* Refused where the name became known; here the host is told. */
		step->verdict = step->learning->verdict;
		step->refused = tap_refuses(scope, &step->verdict, step->learning->facts.pol.acceptor.text);
	}
	if (!c) {
		/* Nothing can be remembered of it: that is not to be allowed what a rule may forbid. */
		if (scope->judge && !step->refused && !GSS_ERROR(step->major) &&
		    pol_judges_peers(&tap_policy)) {
			tap_copy(step->verdict.reason, sizeof(step->verdict.reason),
				 "there is no memory to follow the security context");
			step->verdict.rule = "policy";
			step->refused = true;
		}
		return;
	}
	c->rounds++;
	if (!c->hashed && step->first_token && step->first_token->length && tr_level != TR_LEVEL_OFF) {
		tr_hash(step->first_token->value, step->first_token->length, c->first_hash);
		c->hashed = true;
	}
	learn(c, step->learning);
	if (step->refused || c->established)
		return;
	if (tap_is_complete(step->major)) {
		complete(scope, step, c, context);
		judge(scope, step, c);
	} else if (!GSS_ERROR(step->major)) {
		judge_ready(scope, step, c);
	}
}

/* The service that was asked for, where libkrb5 did not get to tell it. */
static void name_target(const struct tap_scope *scope, const struct tap_handshake *step, struct context *c)
{
	if (!c->facts.asked[0] && step->target != GSS_C_NO_NAME && tr_level != TR_LEVEL_OFF &&
	    tap_handles_good(step->major))
		tap_display_name(scope, step->target, c->facts.asked, sizeof(c->facts.asked));
}

const char *tap_handshake_acceptor(const struct tap_handshake *step)
{
	return step->c && step->c->facts.kerberos && step->c->facts.acceptor[0] ? step->c->facts.acceptor
										: NULL;
}

static void failed(struct tap_scope *scope, const struct tap_handshake *step, struct context *c)
{
	const char *text = tr_level == TR_LEVEL_OFF
				   ? NULL
				   : tap_status_text(scope, step->major, step->minor, step->mech);

	c->told = true;
	tap_facts_mech(&c->facts, step->mech);
	name_target(scope, step, c);
	/* libzmq would let both ends wait for its handshake timer. */
	if (c->tie && tap_repairs(POL_REPAIR_HANDSHAKE))
		tap_line_doom(c->fd);
	write_handshake(scope, c, TR_OUTCOME_FAILED, step->major, step->minor, text);
}

void tap_handshake_tell(struct tap_scope *scope, struct tap_handshake *step, gss_ctx_id_t context)
{
	struct context *c = step->c;

	if (!c)
		return;
	c->handle = context;
	if (step->refused) {
		if (c->tie)
			tap_line_refused(c->fd);
		if (c->tie && tap_repairs(POL_REPAIR_HANDSHAKE))
			tap_line_doom(c->fd);
		c->told = true;
		name_target(scope, step, c);
		write_handshake(scope, c, TR_OUTCOME_REFUSED, 0, 0, step->verdict.reason);
	} else if (GSS_ERROR(step->major) && !c->established) {
		failed(scope, step, c);
	} else if (tap_is_complete(step->major) && !c->established) {
		c->established = true;
		c->established_at = tr_now();
		write_handshake(scope, c, TR_OUTCOME_ESTABLISHED, 0, 0, NULL);
	}
	c->unjudged = scope->judge && pol_judges_peers(&tap_policy) && !c->established && !c->judged;
	if (context == GSS_C_NO_CONTEXT)
		tap_context_free(c);
	else
		tap_context_enter(c, context);
}

bool tap_refuses_unjudged(const struct tap_scope *scope, gss_ctx_id_t context, OM_uint32 *minor_status,
			  gss_buffer_t output, OM_uint32 *major)
{
	struct pol_facts nobody = {.moment = POL_ESTABLISHED};
	struct pol_verdict verdict;
	int saved = errno;

	if (!tap_context_is_unjudged(context) || tap_judge(scope, &nobody, true, NULL, &verdict) != POL_DENY)
		return false;
	errno = saved;
	if (output)
		*output = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	tap_refuse_gss(&verdict, minor_status);
	*major = GSS_S_NO_CONTEXT;
	return true;
}

/* A handshake that has no entry of its own, and never will. */
static void tell_once(const struct tap_scope *scope, struct context *c, const char *name, gss_const_OID mech,
		      OM_uint32 major, OM_uint32 minor, const char *reason)
{
	c->facts.pol.role = c->role == TR_ROLE_ACCEPTOR ? POL_ACCEPTOR : POL_INITIATOR;
	tap_facts_mech(&c->facts, mech);
	tap_copy(c->role == TR_ROLE_INITIATOR && major ? c->facts.initiator : c->facts.asked,
		 sizeof(c->facts.asked), name);
	tap_facts_settle(&c->facts);
	write_handshake(scope, c, TR_OUTCOME_FAILED, major, minor, reason);
}

OM_uint32 tap_handshake_unready(struct tap_scope *scope, const struct tap_handshake *step, const char *reason,
				OM_uint32 *minor_status)
{
	struct context c = {.role = step->role, .started = scope->start, .tie = step->tie, .fd = step->fd};
	char name[TAP_NAME] = "";

	tap_display_name(scope, step->target, name, sizeof(name));
	tell_once(scope, &c, name, GSS_C_NO_OID, 0, 0, reason);
	tap_line_doom(step->fd);
	*minor_status = 0;
	return GSS_S_NO_CRED;
}

void tap_handshake_without_cred(struct tap_scope *scope, const struct tap_tie *tie, const char *name,
				gss_cred_usage_t usage, gss_const_OID mech, OM_uint32 major, OM_uint32 minor)
{
	struct context c = {.role = usage == GSS_C_ACCEPT     ? TR_ROLE_ACCEPTOR
				    : usage == GSS_C_INITIATE ? TR_ROLE_INITIATOR
							      : 0,
			    .started = scope->start ? scope->start : tr_now(),
			    .tie = tie,
			    .fd = tie ? tap_line_now() : -1};
	int saved = errno;

	tell_once(scope, &c, name, mech, major, minor,
		  tr_level == TR_LEVEL_OFF ? NULL : tap_status_text(scope, major, minor, mech));
	if (tie && tap_repairs(POL_REPAIR_HANDSHAKE))
		tap_line_doom(c.fd);
	errno = saved;
}

void tap_handshake_may_not_go_without(const struct tap_tie *tie)
{
	struct tap_scope scope = {.start = tr_now()};
	struct context c = {
		.role = TR_ROLE_INITIATOR, .started = scope.start, .tie = tie, .fd = tap_line_now()};

	tell_once(&scope, &c, NULL, GSS_C_NO_OID, 0, 0,
		  "GSSAPI failed, and the rule of this endpoint does not let it go without");
	tap_line_doom(c.fd);
}

/*
 * An exported context, as MIT's mechglue frames it: four bytes of length, the mechanism's object identifier,
 * and the mechanism's own. Only Kerberos is asked for names: others crash.
 */
static bool is_kerberos_export(const gss_buffer_desc *exported)
{
	const uint8_t *bytes = exported ? exported->value : NULL;
	gss_OID_desc mech;

	if (!bytes || exported->length < 4)
		return false;
	mech.length =
		(OM_uint32)bytes[0] << 24 | (OM_uint32)bytes[1] << 16 | (OM_uint32)bytes[2] << 8 | bytes[3];
	mech.elements = (void *)(uintptr_t)(bytes + 4);
	return mech.length <= exported->length - 4 && tap_is_kerberos(&mech);
}

bool tap_context_imported(struct tap_scope *scope, const gss_buffer_desc *exported, gss_ctx_id_t handle,
			  struct pol_verdict *verdict)
{
	struct context *c = tap_context_new(), spare = {0}, *of = c ? c : &spare;
	bool asked = scope->judge && pol_judges_peers(&tap_policy);

	of->facts.pol.moment = POL_IMPORTED;
	of->facts.pol.lifetime = UINT32_MAX;
	if (asked && is_kerberos_export(exported))
		tap_facts_ask_imported(scope, handle, &of->facts);
	if (asked && tap_judge(scope, &of->facts.pol, true, peer_of(&of->facts.pol), verdict) == POL_DENY) {
		if (c)
			tap_context_free(c);
		return true;
	}
	if (!c)
		return false;
	c->imported = c->established = true;
	c->established_at = c->started = tr_now();
	c->role = !of->facts.pol.role			? 0
		  : of->facts.pol.role == POL_INITIATOR ? TR_ROLE_INITIATOR
							: TR_ROLE_ACCEPTOR;
	tap_facts_settle(&c->facts);
	tap_context_enter(c, handle);
	return false;
}

struct context *tap_context_goes(gss_ctx_id_t handle)
{
	return tap_context_take(handle);
}

void tap_context_stays(struct context *c)
{
	if (c)
		tap_context_enter(c, c->handle);
}

void tap_context_went(const struct tap_scope *scope, struct context *c)
{
	struct tr_draft *d;

	if (!c)
		return;
	if (!c->established && !c->told) {
		write_handshake(scope, c, TR_OUTCOME_ABANDONED, 0, 0,
				"the program gave the context up before it was established");
	} else if (c->established && (d = tap_event(scope, TR_E_context))) {
		d->time = tr_now();
		tap_put_handle(d, TR_F_CONTEXT, c->handle);
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
