/* SPDX-License-Identifier: MIT */
/*
 * What is told of security contexts: one `handshake` event when one is established, fails, is refused or
 * given up, and one `context` event with what it carried when it goes, or is still there when the process
 * ends. Here nothing is judged or changed.
 */
#include "shim/core/configuration.h"
#include "shim/core/left.h"
#include "shim/gss/handshake.h"
#include "shim/gss/context.h"
#include "shim/gss/gss.h"
#include "shim/gss/guest.h"
#include "shim/gss/store.h"
#include "trace/unconst.h"

#include <string.h>

/* By what a context is named: its handle, or what a guest has for it. */
static void put_context(struct tr_draft *d, const struct context *c)
{
	const struct tap_gss_guest *guest = tap_gss_guest();
	const void *other = guest ? guest->stands_for() : NULL;

	tap_put_handle(d, TR_F_CONTEXT, other ? other : c->handle);
}

static const char *outcome_word(enum tr_outcome outcome)
{
	static const char *const words[] = {[TR_OUTCOME_ESTABLISHED] = "established",
					    [TR_OUTCOME_FAILED] = "failed",
					    [TR_OUTCOME_REFUSED] = "refused",
					    [TR_OUTCOME_ABANDONED] = "abandoned"};

	return words[outcome];
}

static void comment_handshake(struct tr_draft *d, const struct pol_facts *facts, enum tr_outcome outcome,
			      const char *reason)
{
	tr_comment(d, outcome_word(outcome));
	if (facts->initiator.text) {
		tr_comment(d, ": ");
		tr_comment(d, facts->initiator.text);
	}
	if (facts->acceptor.text) {
		tr_comment(d, " to ");
		tr_comment(d, facts->acceptor.text);
	}
	if (reason && *reason) {
		tr_comment(d, ": ");
		tr_comment(d, reason);
	}
}

/* The peer is one of an established context, or of one that its peer's name was refused for. */
static void put_facts(struct tr_draft *d, const struct context *c, bool known)
{
	const struct pol_facts *facts = &c->facts.pol;
	const char *asked = facts->asked.text, *acceptor = facts->acceptor.text;

	tr_put_text(d, TR_F_INITIATOR, facts->initiator.text);
	tr_put_text(d, TR_F_ACCEPTOR, acceptor ? acceptor : asked);
	if (asked && acceptor && strcmp(asked, acceptor))
		tr_put_text(d, TR_F_ASKED, asked);
	if (known) {
		tr_put_u32(d, TR_F_FLAGS_RET, facts->flags_granted);
		tr_put_u32(d, TR_F_LIFETIME, facts->lifetime);
	}
	if (facts->session_enctype)
		tr_put_u32(d, TR_F_SESSION_ENCTYPE, facts->session_enctype);
	if (facts->ticket_enctype)
		tr_put_u32(d, TR_F_TICKET_ENCTYPE, facts->ticket_enctype);
	if (facts->kvno)
		tr_put_u32(d, TR_F_KVNO, facts->kvno);
	if (facts->ticket_endtime) {
		tr_put_u32(d, TR_F_TICKET_FLAGS, facts->ticket_flags);
		tr_put_u64(d, TR_F_AUTHTIME, (uint64_t)facts->ticket_authtime);
		tr_put_u64(d, TR_F_ENDTIME, (uint64_t)facts->ticket_endtime);
	}
	tr_put_text(d, c->role == TR_ROLE_ACCEPTOR ? TR_F_KEYTAB : TR_F_CCACHE, facts->store.text);
	if (facts->delegated)
		tr_put_u32(d, TR_F_DELEGATED, 1);
}

static void put_handshake(const struct tap_scope *scope, const struct context *c, enum tr_outcome outcome,
			  OM_uint32 major, OM_uint32 minor, const char *reason)
{
	const struct tap_gss_guest *guest = tap_gss_guest();
	struct tr_draft *d;

	d = tap_event(scope, TR_E_handshake);
	if (d) {
		d->time = tr_now();
		comment_handshake(d, &c->facts.pol, outcome, reason);
		if (c->role)
			tr_put_u32(d, TR_F_ROLE, c->role);
		tr_put_u32(d, TR_F_OUTCOME, outcome);
		put_context(d, c);
		if (c->facts.has_mech)
			tr_put(d, TR_F_MECH, c->facts.mech, c->facts.pol.mech_length);
		put_facts(d, c, c->facts.pol.moment == POL_ESTABLISHED);
		tr_put_u32(d, TR_F_ROUNDS, c->rounds);
		if (guest)
			guest->describe(d);
		if (c->started)
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
}

static void write_handshake(const struct tap_scope *scope, const struct context *c, enum tr_outcome outcome,
			    OM_uint32 major, OM_uint32 minor, const char *reason)
{
	/* The call that begins a context has looked already. */
	if (c->process)
		tap_configuration_event((enum tr_role)0);
	put_handshake(scope, c, outcome, major, minor, reason);
}

/* The service that was asked for, where libkrb5 did not get to tell it. */
static void name_target(const struct tap_scope *scope, const struct tap_handshake *step, struct context *c)
{
	if (c->facts.pol.asked.text || step->target == GSS_C_NO_NAME || tr_level == TR_LEVEL_OFF ||
	    !tap_handles_good(step->major))
		return;
	tap_display_name(scope, step->target, c->facts.asked, sizeof(c->facts.asked));
	tap_facts_settle(&c->facts);
}

const char *tap_handshake_acceptor(const struct tap_handshake *step)
{
	return step->c && step->c->facts.pol.kerberos ? step->c->facts.pol.acceptor.text : NULL;
}

const uint8_t *tap_handshake_hash(const struct tap_handshake *step, const gss_buffer_desc *token)
{
	return token == step->first_token && step->c && step->c->hashed ? step->c->first_hash : NULL;
}

/* Of one that was refused before it was complete: as far as it is known by then. */
static void name_mechanism(const struct tap_handshake *step, struct context *c)
{
	const struct tap_facts *learned = step->learning ? &step->learning->facts : NULL;

	if (c->facts.has_mech)
		return;
	if (learned && learned->has_mech)
		tap_facts_mech(&c->facts, &(gss_OID_desc){(OM_uint32)learned->pol.mech_length,
							  TR_UNCONST(learned->mech)});
	else if (tap_is_chosen(step->mech))
		tap_facts_mech(&c->facts, step->mech);
}

static void failed(struct tap_scope *scope, const struct tap_handshake *step, struct context *c)
{
	char room[TAP_TEXT];
	const char *text = tr_level == TR_LEVEL_OFF
				   ? NULL
				   : tap_status_text(scope, step->major, step->minor, step->mech, room);

	c->told = true;
	tap_facts_mech(&c->facts, step->mech);
	name_target(scope, step, c);
	write_handshake(scope, c, TR_OUTCOME_FAILED, step->major, step->minor, text);
}

void tap_handshake_tell(struct tap_scope *scope, struct tap_handshake *step, gss_ctx_id_t context)
{
	const struct tap_gss_guest *guest = tap_gss_guest();
	struct context *c = step->c;

	if (!c)
		return;
	c->handle = context;
	c->guests = guest && guest->stands_for();
	if (step->refused) {
		c->told = true;
		name_target(scope, step, c);
		name_mechanism(step, c);
		write_handshake(scope, c, TR_OUTCOME_REFUSED, 0, 0, step->verdict.reason);
	} else if (GSS_ERROR(step->major) && !c->established) {
		failed(scope, step, c);
	} else if (tap_is_complete(step->major) && !c->established) {
		c->established = true;
		c->established_at = tap_time_told();
		write_handshake(scope, c, TR_OUTCOME_ESTABLISHED, 0, 0, NULL);
		tap_expires_follow(c);
	}
	if (context == GSS_C_NO_CONTEXT) {
		tap_context_free(c);
		return;
	}
	tap_at_end(TAP_TELLS_CONTEXTS, tap_contexts_end);
	tap_context_enter(c, context);
}

void tap_handshake_without(const struct tap_scope *scope, const struct tap_no_handshake *none)
{
	struct context c = {.role = none->role, .started = scope->start ? scope->start : tap_time_told()};

	tap_facts_mech(&c.facts, none->mech);
	tap_copy(c.facts.initiator, sizeof(c.facts.initiator), none->initiator);
	tap_copy(c.facts.asked, sizeof(c.facts.asked), none->asked);
	tap_facts_settle(&c.facts);
	tap_configuration_event((enum tr_role)0);
	put_handshake(scope, &c, TR_OUTCOME_FAILED, none->major, none->minor, none->reason);
}

static void describe_left(struct tr_draft *d)
{
	const struct tap_learning *l = tap_learning();

	if (l && !l->call.guests)
		tap_put_handle(d, TR_F_CONTEXT, l->call.before);
}

/* A context that was being made is nobody's: the library gives it to the program when the call returns. One
 * that was there already is told of when it goes: the program may go on with it. */
static void tell_left(const char *reason)
{
	static const struct tap_scope no_call;
	struct tap_learning *l = tap_learning();
	struct context c = {.rounds = 1};

	if (!l || l->call.left || l->call.guests || l->call.process != tap_lineage())
		return;
	l->call.left = true; /* and goes on to be learned of: where it is not certain it may return yet */
	if (l->call.before != GSS_C_NO_CONTEXT) {
		tap_context_left(l->call.before, reason);
		return;
	}
	c.role = l->facts.pol.role == POL_INITIATOR ? TR_ROLE_INITIATOR : TR_ROLE_ACCEPTOR;
	c.facts = l->facts;
	tap_facts_settle(&c.facts);
	put_handshake(&no_call, &c, TR_OUTCOME_ABANDONED, 0, 0, reason);
}

const struct tap_left_teller tap_handshake_left = {.describe = describe_left, .tell = tell_left};

static void put_summary(const struct tap_scope *scope, const struct context *c, const char *reason)
{
	const struct tap_gss_guest *guest = tap_gss_guest();
	struct tr_draft *d = tap_event(scope, TR_E_context);

	if (!d)
		return;
	d->time = tr_now();
	put_context(d, c);
	if (c->role)
		tr_put_u32(d, TR_F_ROLE, c->role);
	tr_put_u64(d, TR_F_WRAPPED, c->out_calls);
	tr_put_u64(d, TR_F_WRAPPED_BYTES, c->out_bytes);
	tr_put_u64(d, TR_F_UNWRAPPED, c->in_calls);
	tr_put_u64(d, TR_F_UNWRAPPED_BYTES, c->in_bytes);
	tr_put_u64(d, TR_F_AGE, d->time - c->established_at);
	if (c->hashed)
		tr_put(d, TR_F_HANDSHAKE, c->first_hash, sizeof(c->first_hash));
	if (guest)
		guest->went(d);
	if (reason)
		tr_put_text(d, TR_F_REASON, reason);
	tr_commit(d);
}

void tap_context_went(const struct tap_scope *scope, struct context *c)
{
	const struct tap_gss_guest *guest = tap_gss_guest();
	bool summed = c->summed && !c->out_calls && !c->in_calls;

	tap_store_ends(c);
	if (!c->established && !c->told) {
		const char *why = guest ? guest->given_up() : NULL;

		if (!why)
			why = c->left;
		write_handshake(scope, c, TR_OUTCOME_ABANDONED, 0, 0,
				why ? why : "the program gave the context up before it was established");
	} else if (c->established && !summed) {
		put_summary(scope, c, NULL);
	}
	tap_context_free(c);
}

void tap_context_tell_open(const struct context *c, enum tap_end end)
{
	static const struct tap_scope no_call;
	const bool exec = end == TAP_END_EXEC;

	if (c->established)
		put_summary(&no_call, c,
			    exec ? "the process executed another program, and had not deleted it"
				 : "the process ended, and had not deleted it");
	else
		put_handshake(
			&no_call, c, TR_OUTCOME_ABANDONED, 0, 0,
			c->left ? c->left
			: exec	? "the process executed another program before the context was established"
				: "the process ended before the context was established");
}

void tap_contexts_end(enum tap_end end)
{
	struct context *copy = tr_level != TR_LEVEL_OFF || TAP_POLICY(pol_stores) ? tap_context_new() : NULL;
	unsigned bucket = 0;

	while (copy && tap_context_open(&bucket, copy)) {
		if (end == TAP_END_PROCESS)
			tap_store_ends(copy);
		tap_context_tell_open(copy, end);
	}
	if (copy)
		tap_context_free(copy);
}
