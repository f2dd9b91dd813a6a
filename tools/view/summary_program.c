/* SPDX-License-Identifier: MIT */
/*
 * All there is of a program: its endpoints with their peers, who it talked to by plain GSSAPI, what its
 * policy refused.
 */
#include "tools/names/names.h"
#include "tools/view/summary_words.h"

static void peer(void *at, void *context)
{
	struct model_peer *p = at;
	struct out *out = context;
	enum model_state state = model_peer_state(p);

	out_str(out, "    ");
	say_state(out, state);
	out_char(out, ' ');
	say_peer(out, p);
	out_str(out, ": ");
	say_standing(out, p->endpoint->program, &p->tally, state, (struct model_text){0});
}

static void endpoint(void *at, void *context)
{
	struct model_endpoint *e = at;
	struct out *out = context;
	enum model_state state = model_endpoint_state(e);

	out_str(out, e->role == TR_ROLE_SERVER	 ? "  bind "
		     : e->role == TR_ROLE_CLIENT ? "  connect "
						 : "  at ");
	say_words(out, e->name);
	if (e->phase.at) {
		out_str(out, ", phase ");
		say_words(out, e->phase);
	}
	if (!e->injected && e->mechanism) {
		out_str(out, ", ");
		out_str(out, name_of(TR_TYPE_ZMQ_MECH, e->mechanism));
		out_str(out, " by the program");
	}
	out_str(out, ": ");
	say_state(out, state);
	if (model_accepts_unsecured(e) && state != MODEL_STATE_UNSECURED)
		out_str(out, e->role == TR_ROLE_CLIENT
				     ? ", but would go without where the server offers no GSSAPI"
				     : ", but open to unsecured peers");
	if (!e->peers.first)
		say_reason(out, e->program, &e->tally, state);
	out_char(out, '\n');
	model_each(&e->peers, peer, out);
}

static void pair(void *at, void *context)
{
	struct model_pair *p = at;
	struct out *out = context;
	enum model_state state = model_pair_state(p);

	out_str(out, "  ");
	say_words_or(out, p->initiator, "?");
	out_str(out, " -> ");
	say_words_or(out, p->acceptor, "?");
	if (p->mech.at) {
		out_str(out, ", ");
		say_words(out, p->mech);
	}
	if (p->role && name_of(TR_TYPE_ROLE, p->role)) {
		out_str(out, ", as ");
		out_str(out, name_of(TR_TYPE_ROLE, p->role));
	}
	out_str(out, ": ");
	say_state(out, state);
	out_str(out, ", ");
	say_standing(out, p->program, &p->tally, state, (struct model_text){0});
}

/* What the policy does to a call that it lets pass, by the rule's keyword. */
static const char *what_changed(const struct model_refusal *r)
{
	if (model_text_is(r->rule, "gss.delegation"))
		return r->would ? "take delegation away" : "took delegation away";
	if (model_text_is(r->rule, "zmq.plaintext"))
		return r->would ? "keep encryption on" : "kept encryption on";
	return r->would ? "change" : "changed";
}

static void refusal(void *at, void *context)
{
	const struct model_refusal *r = at;
	struct out *out = context;

	out_str(out, r->would ? "  would " : "  ");
	out_str(out, r->changed ? what_changed(r) : r->would ? "refuse" : "refused");
	out_char(out, ' ');
	out_unsigned(out, r->count);
	out_str(out, r->count == 1 ? " time " : " times ");
	out_str(out, r->changed ? "in " : "");
	out_str(out, tr_call_name(r->call) ? tr_call_name(r->call) : "a connection");
	if (r->subject.at) {
		out_str(out, " of ");
		say_words(out, r->subject);
	}
	say_times(out, r->first, r->last, r->reason);
}

void summary_program(void *at, void *context)
{
	struct model_program *p = at;
	struct out *out = context;

	out_char(out, '\n');
	out_paint(out, BOLD);
	say_program(out, p);
	out_paint(out, PLAIN);
	out_str(out, ", ");
	out_unsigned(out, p->processes);
	out_str(out, p->processes == 1 ? " process" : " processes");
	if (p->dropped) {
		out_str(out, ", lost events: ");
		out_unsigned(out, p->dropped);
	}
	say_span(out, p->first, p->last);
	out_char(out, '\n');
	model_each(&p->endpoints, endpoint, out);
	model_each(&p->pairs, pair, out);
	model_each(&p->refusals, refusal, out);
}
