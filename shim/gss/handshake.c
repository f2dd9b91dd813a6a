/* SPDX-License-Identifier: MIT */
/*
 * Security contexts, from their first token until they are established: what the calls that make one tell is
 * learned, and judged as soon as it can be. What becomes of them is applied by the wrappers, and told in
 * told.c.
 */
#include "shim/gss/handshake.h"
#include "shim/gss/context.h"
#include "shim/gss/groups.h"
#include "shim/gss/gss.h"

#include <errno.h>

static enum pol_role pol_role(enum tr_role role)
{
	return role == TR_ROLE_INITIATOR ? POL_INITIATOR : POL_ACCEPTOR;
}

/* By what is known of a call in flight: who tells nothing more is as libkrb5 when it makes the token. */
static enum pol_action judge_learned(const struct tap_scope *scope, const struct tap_learning *l,
				     unsigned *told, struct pol_verdict *verdict)
{
	struct pol_facts known = l->facts.pol;

	known.kerberos |= l->call.final;
	return tap_judge(scope, &known, told, l->facts.pol.acceptor.text, verdict);
}

/*
 * What a negotiation has come to is known when it asks that mechanism for a token, which it may send and have
 * accepted before it is complete: so NTLM's answer to a challenge would leave.
 */
static bool part_may_not(struct tap_handshake *step)
{
	struct tap_learning *l = tap_learning();
	struct tap_facts *facts = &l->facts;

	if (!l->call.judge || facts->pol.role != POL_INITIATOR || !TAP_POLICY(pol_judges_mechanisms) ||
	    !tap_is_chosen(step->mech))
		return false;
	tap_facts_mech(facts, step->mech);
	tap_facts_settle(facts);
	/* One that may be spoken instead is not tried: audit mode could not tell what would come of it. */
	if (!l->call.refused) {
		l->call.final = step->before != GSS_C_NO_CONTEXT && !tap_is_kerberos(step->mech);
		l->call.would = !TAP_POLICY(pol_enforces);
		l->call.refused = judge_learned(NULL, l, NULL, &l->verdict) == POL_DENY;
	}
	step->verdict = l->verdict;
	return step->refused = l->call.refused;
}

bool tap_handshake_may_not(const struct tap_scope *scope, struct tap_handshake *step, OM_uint32 *flags)
{
	struct pol_facts facts = {
		.moment = POL_BEFORE_TOKEN,
		.role = pol_role(step->role),
		.flags_requested = *flags,
		.bound = step->bound,
	};
	char target[TAP_NAME] = "";

	if (step->part)
		return part_may_not(step);
	if (!scope->judge)
		return false;
	if (tap_is_chosen(step->mech)) {
		facts.mech = step->mech->elements;
		facts.mech_length = step->mech->length;
	}
	if (step->before == GSS_C_NO_CONTEXT &&
	    facts.flags_requested & (GSS_C_DELEG_FLAG | GSS_C_DELEG_POLICY_FLAG))
		tap_display_name(scope, step->target, target, sizeof(target));
	/* In the rounds that follow the same is taken away, and nothing said again. */
	switch (tap_judge(scope, &facts, step->before == GSS_C_NO_CONTEXT ? &step->would : NULL,
			  target[0] ? target : NULL, &step->verdict)) {
	case POL_ALLOW:
		step->delegation_open = step->verdict.waits;
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
	c->facts.pol.role = pol_role(step->role);
	c->facts.pol.lifetime = UINT32_MAX;
	c->facts.pol.delegation_open = step->delegation_open;
	c->would = step->would;
	return c;
}

/* What libkrb5 was asked in this call joins what is known from those before. */
static void learn(struct context *c, const struct tap_learning *l)
{
	bool delegated = c->facts.pol.delegated, open = c->facts.pol.delegation_open;
	enum pol_moment moment = c->facts.pol.moment;

	if (!l || (!l->facts.pol.kerberos && !l->facts.pol.asked.text))
		return;
	c->facts = l->facts;
	c->facts.pol.delegated |= delegated;
	c->facts.pol.delegation_open = open;
	c->facts.pol.moment = moment;
	tap_facts_settle(&c->facts);
}

/* What the call itself told of a context that can protect messages from now on. */
static void take_granted(const struct tap_handshake *step, struct tap_facts *facts)
{
	facts->pol.moment = POL_ESTABLISHED;
	facts->pol.flags_granted = step->flags;
	facts->pol.anonymous = step->flags & GSS_C_ANON_FLAG;
	/* The library says that something was delegated, and none was sent: it has made one of the ticket. */
	facts->pol.constrained = step->role == TR_ROLE_ACCEPTOR && facts->pol.kerberos &&
				 !facts->pol.delegated && step->flags & GSS_C_DELEG_FLAG;
	facts->pol.bound =
		step->bound && (step->role == TR_ROLE_INITIATOR || step->flags & GSS_C_CHANNEL_BOUND_FLAG);
}

/* All that may be asked of it is known, or will not be. */
static void complete(const struct tap_scope *scope, struct tap_handshake *step, struct context *c,
		     gss_ctx_id_t context)
{
	struct tap_facts *facts = &c->facts;

	tap_facts_mech(facts, step->mech);
	tap_facts_settle(facts);
	take_granted(step, facts);
	facts->pol.lifetime = step->lifetime;
	facts->pol.lifetime_known = true;
	if (!facts->pol.kerberos || !tap_is_kerberos(step->mech)) {
		facts->initiator[0] = facts->acceptor[0] = facts->store[0] = 0;
		facts->pol.initiator = facts->pol.acceptor = facts->pol.store =
			(struct pol_name){NULL, false};
		facts->pol.delegated = step->role == TR_ROLE_ACCEPTOR && step->flags & GSS_C_DELEG_FLAG;
		tap_facts_ask(scope, context, step->mech, step->source, facts);
	}
	if ((tr_level != TR_LEVEL_OFF || (scope->judge && TAP_POLICY(pol_judges_session))) &&
	    tap_is_kerberos(step->mech))
		facts->pol.session_enctype = tap_session_enctype(scope, context);
}

static enum pol_action verdict_of(struct tap_scope *scope, struct tap_handshake *step, struct context *c,
				  gss_ctx_id_t context)
{
	struct pol_facts facts = c->facts.pol;
	struct tap_groups groups;
	enum pol_action action;

	tap_groups_begin(&groups, scope, context, &facts);
	action = tap_judge(scope, &facts, &c->would, tap_facts_peer(&facts), &step->verdict);
	tap_groups_end(&groups);
	return action;
}

static void judge(struct tap_scope *scope, struct tap_handshake *step, struct context *c,
		  gss_ctx_id_t context)
{
	if (!scope->judge || c->judged)
		return;
	tap_context_is_judged(c);
	switch (verdict_of(scope, step, c, context)) {
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
	tap_context_usable(c);
}

/*
 * RFC 2743, section 1.2.7: a context may protect messages before it is complete. Where its peer is known by
 * then it is judged, else, and where his groups are asked for, it may not yet.
 */
static void judge_ready(struct tap_scope *scope, struct tap_handshake *step, struct context *c)
{
	if (!scope->judge || c->judged || !(step->flags & GSS_C_PROT_READY_FLAG))
		return;
	if (!c->facts.pol.kerberos || (c->role == TR_ROLE_ACCEPTOR && TAP_POLICY(pol_judges_groups))) {
		if (TAP_POLICY(pol_judges_contexts))
			step->flags &= ~(OM_uint32)GSS_C_PROT_READY_FLAG;
		return;
	}
	take_granted(step, &c->facts);
	judge(scope, step, c, GSS_C_NO_CONTEXT);
	c->judged = true;
}

/* What nothing is known of is not allowed what a rule may forbid. */
static void refuse_unknown(struct tap_scope *scope, struct tap_handshake *step, const char *reason)
{
	if (!scope->judge || !(TAP_POLICY(pol_families) & POL_FAMILY_GSS) || !TAP_POLICY(pol_enforces) ||
	    step->refused || GSS_ERROR(step->major))
		return;
	step->verdict = (struct pol_verdict){.action = POL_DENY, .rule = "policy"};
	tap_copy(step->verdict.reason, sizeof(step->verdict.reason), reason);
	step->refused = tap_refuses(scope, &step->verdict, NULL);
}

void tap_handshake_judge(struct tap_scope *scope, struct tap_handshake *step, gss_ctx_id_t context)
{
	bool judges = scope->judge && TAP_POLICY(pol_judges_contexts);
	struct context *c = tap_context_take(step->before);

	if (!c)
		c = begin(scope, step);
	step->c = c;
	if (step->learning && step->learning->call.refused) {
		/* Refused where the name became known; here the host is told. */
		step->verdict = step->learning->verdict;
		step->refused = tap_refuses(scope, &step->verdict, step->learning->facts.pol.acceptor.text);
	} else if (step->learning && step->learning->call.strips) {
		tap_refuses(scope, &step->learning->verdict, step->learning->facts.pol.acceptor.text);
	}
	if (!c)
		refuse_unknown(scope, step, "there is no memory to follow the security context");
	else if (step->lost)
		refuse_unknown(scope, step,
			       "what is known of the security context was lost: the call waited on another "
			       "stack, and another was made, or another thread went on with it");
	if (!c)
		return;
	c->rounds++;
	c->left = NULL;
	if (!c->hashed && step->first_token && step->first_token->length && tr_level != TR_LEVEL_OFF) {
		tr_hash(step->first_token->value, step->first_token->length, c->first_hash);
		c->hashed = true;
	}
	learn(c, step->learning);
	if (step->learning && step->learning->call.would)
		judge_learned(scope, step->learning, &c->would, &step->verdict);
	if (step->refused || c->established)
		return;
	if (tap_is_complete(step->major)) {
		complete(scope, step, c, context);
		judge(scope, step, c, context);
	} else if (!GSS_ERROR(step->major)) {
		judge_ready(scope, step, c);
	}
	c->unjudged = judges && !c->judged && !tap_is_complete(step->major);
}

bool tap_refuses_unjudged(const struct tap_scope *scope, gss_ctx_id_t context, OM_uint32 *minor_status,
			  gss_buffer_t output, OM_uint32 *major)
{
	struct pol_facts nobody = {.moment = POL_ESTABLISHED};
	struct pol_verdict verdict;
	unsigned told = 0;
	int saved = errno;

	if (!tap_context_is_unjudged(context) || tap_judge(scope, &nobody, &told, NULL, &verdict) != POL_DENY)
		return false;
	errno = saved;
	if (output)
		*output = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	tap_refuse_gss(&verdict, minor_status);
	*major = GSS_S_NO_CONTEXT;
	return true;
}

/* That it is imported at all, or what it is. */
static bool imported_refused(const struct tap_scope *scope, struct context *c, struct pol_verdict *verdict)
{
	const struct pol_facts *facts = &c->facts.pol;
	const char *peer = tap_facts_peer(facts);

	return tap_judge_use(scope, facts, POL_IMPORTS, false, peer, verdict) == POL_DENY ||
	       tap_judge(scope, facts, &c->would, peer, verdict) == POL_DENY;
}

bool tap_context_imported(struct tap_scope *scope, const gss_buffer_desc *exported, gss_ctx_id_t handle,
			  struct pol_verdict *verdict)
{
	struct context *c = tap_context_new(), spare = {0}, *of = c ? c : &spare;

	tap_context_is_judged(of);
	of->facts.pol.moment = POL_IMPORTED;
	of->facts.pol.lifetime = UINT32_MAX;
	/* A later policy may ask what this one does not, and so may one that is tried on the trace. */
	if ((scope->judge || scope->record == TAP_RECORD) && tap_exports_kerberos(exported))
		tap_facts_ask_imported(scope, handle, &of->facts);
	tap_facts_settle(&of->facts);
	if (scope->judge && imported_refused(scope, of, verdict)) {
		if (c)
			tap_context_free(c);
		return true;
	}
	if (!c)
		return false;
	c->imported = c->established = true;
	if (scope->judge)
		tap_context_usable(c);
	c->established_at = c->started = tap_time_told();
	c->role = !of->facts.pol.role			? 0
		  : of->facts.pol.role == POL_INITIATOR ? TR_ROLE_INITIATOR
							: TR_ROLE_ACCEPTOR;
	tap_facts_settle(&c->facts);
	tap_context_enter(c, handle);
	return false;
}
