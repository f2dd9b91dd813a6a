/* SPDX-License-Identifier: MIT */
/*
 * A summary for people: first what was not observed, who still has to move and what fails, then all there is,
 * by program. That all is well is only said when nothing that could fail went unobserved. Texts of the traces
 * are escaped as in every other output.
 */
#include "tools/names/names.h"
#include "tools/view/summary.h"

#include <string.h>

#define RED "31"
#define YELLOW "33"
#define GREEN "32"
#define FAINT "2"
#define BOLD "1"
#define PLAIN "0"

static void words(struct out *out, struct model_text text)
{
	out_words(out, (const uint8_t *)text.at, text.length);
}

static void words_or(struct out *out, struct model_text text, const char *otherwise)
{
	if (text.at)
		words(out, text);
	else
		out_str(out, otherwise);
}

static void paint_state(struct out *out, enum model_state state)
{
	static const char *const colours[] = {RED, RED, YELLOW, YELLOW, YELLOW, YELLOW, GREEN, FAINT, FAINT};

	out_paint(out, colours[state]);
	out_str(out, state == MODEL_STATE_CURVE	       ? "CURVE set, keys not observed"
		     : state == MODEL_STATE_UNOBSERVED ? "not observed"
						       : model_state_name(state));
	out_paint(out, PLAIN);
}

static void plural(struct out *out, uint64_t count, const char *what)
{
	out_unsigned(out, count);
	out_char(out, ' ');
	out_str(out, what);
	if (count != 1)
		out_char(out, 's');
}

static void program_name(struct out *out, const struct model_program *program)
{
	words_or(out, program->name.at ? program->name : program->exe, "an unknown program");
	if (program->script.at) {
		out_str(out, " (");
		words(out, program->script);
		out_char(out, ')');
	}
	if (program->host.at) {
		out_str(out, " on ");
		words(out, program->host);
	}
}

static void peer_name(struct out *out, const struct model_peer *peer)
{
	words_or(out, peer->principal.at ? peer->principal : peer->address, "an unknown peer");
	if (peer->principal.at && peer->address.at) {
		out_str(out, peer->endpoint->role == TR_ROLE_CLIENT ? " at " : " from ");
		words(out, peer->address);
	}
}

/* "2 unsecured, 1 open, 3 handshakes aes256-cts-hmac-sha1-96, 4 failed" */
static void counts(struct out *out, const struct model_tally *tally)
{
	const char *enctype = tally->enctype ? name_of(TR_TYPE_ENCTYPE, tally->enctype) : NULL;
	static const struct {
		enum model_fact fact;
		const char *word;
	} others[] = {{MODEL_FAILED, " failed"}, {MODEL_REFUSED, " refused"}, {MODEL_ABANDONED, " given up"}};
	bool more = false;

	if (tally->count[MODEL_UNSECURED]) {
		out_unsigned(out, tally->count[MODEL_UNSECURED]);
		out_str(out, " unsecured (open ");
		out_unsigned(out, tally->open);
		out_char(out, ')');
		more = true;
	}
	if (tally->count[MODEL_ESTABLISHED]) {
		out_str(out, more ? ", " : "");
		plural(out, tally->count[MODEL_ESTABLISHED], "handshake");
		if (tally->enctype)
			out_str(out, enctype ? " by " : " by enctype ");
		if (enctype)
			out_str(out, enctype);
		else if (tally->enctype)
			out_unsigned(out, tally->enctype);
		more = true;
	}
	if (tally->unproven) {
		out_str(out, " (");
		out_unsigned(out, tally->unproven);
		out_str(out, " given up by the initiator before it saw the acceptor's proof)");
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (tally->count[others[i].fact]) {
			out_str(out, more ? ", " : "");
			out_unsigned(out, tally->count[others[i].fact]);
			out_str(out, others[i].word);
			more = true;
		}
	if (tally->clear) {
		out_str(out, more ? ", " : "");
		plural(out, tally->clear, "message");
		out_str(out, " unencrypted");
	}
}

static void span(struct out *out, uint64_t first, uint64_t last)
{
	out_str(out, "; ");
	out_str(out, out_stamp(out, first));
	if (first / 1000000000 != last / 1000000000) {
		out_str(out, " to ");
		out_str(out, out_stamp(out, last));
	}
}

/* Why: what this process knows itself comes before what it supposes of its peer. */
static void reason(struct out *out, const struct model_program *program, const struct model_tally *tally,
		   enum model_state state)
{
	struct model_text why = model_reason(tally, state);

	if (!why.at)
		return;
	out_str(out, ": ");
	if (program->credentials.at && state == MODEL_STATE_FAILING) {
		out_str(out, "this program has no credentials: ");
		words(out, program->credentials);
		out_str(out, "; ");
	}
	words(out, why);
}

/* --- who still has to move --- */

struct pass {
	struct out *out;
	enum model_state state;
	uint64_t count;
	bool print;
};

static void urgent_peer(void *at, void *context)
{
	struct model_peer *peer = at;
	struct pass *pass = context;
	struct out *out = pass->out;

	if (model_peer_state(peer) != pass->state)
		return;
	pass->count++;
	if (!pass->print)
		return;
	out_str(out, "  ");
	peer_name(out, peer);
	out_str(out, peer->endpoint->role == TR_ROLE_CLIENT ? ", which " : " at ");
	if (peer->endpoint->role == TR_ROLE_CLIENT) {
		program_name(out, peer->endpoint->program);
		out_str(out, " connects to as ");
	}
	words(out, peer->endpoint->name);
	if (peer->endpoint->role != TR_ROLE_CLIENT) {
		out_str(out, " of ");
		program_name(out, peer->endpoint->program);
	}
	out_str(out, ": ");
	counts(out, &peer->tally);
	if (!peer->principal.at && peer->last_from.at) {
		out_str(out, ", the last from ");
		words(out, peer->last_from);
	}
	span(out, peer->tally.first, peer->tally.last);
	reason(out, peer->endpoint->program, &peer->tally, pass->state);
	out_char(out, '\n');
}

/* An endpoint is named for what it does itself; what its peers do is said of them. */
static void urgent_endpoint(void *at, void *context)
{
	struct model_endpoint *endpoint = at;
	struct pass *pass = context;
	struct out *out = pass->out;
	uint64_t before = pass->count;

	model_each(&endpoint->peers, urgent_peer, pass);
	if (pass->count != before || model_endpoint_state(endpoint) != pass->state)
		return;
	pass->count++;
	if (!pass->print)
		return;
	out_str(out, "  ");
	program_name(out, endpoint->program);
	out_str(out, endpoint->role == TR_ROLE_CLIENT ? " connects to " : " binds ");
	words(out, endpoint->name);
	out_str(out, ": ");
	counts(out, &endpoint->tally);
	span(out, endpoint->tally.first, endpoint->tally.last);
	reason(out, endpoint->program, &endpoint->tally, pass->state);
	out_char(out, '\n');
}

static void urgent_pair(void *at, void *context)
{
	struct model_pair *pair = at;
	struct pass *pass = context;
	struct out *out = pass->out;

	if (model_pair_state(pair) != pass->state)
		return;
	pass->count++;
	if (!pass->print)
		return;
	out_str(out, "  ");
	words_or(out, pair->initiator, "?");
	out_str(out, " -> ");
	words_or(out, pair->acceptor, "?");
	out_str(out, ", as seen by ");
	program_name(out, pair->program);
	out_str(out, ": ");
	counts(out, &pair->tally);
	span(out, pair->tally.first, pair->tally.last);
	reason(out, pair->program, &pair->tally, pass->state);
	out_char(out, '\n');
}

static void urgent(void *at, void *context)
{
	struct model_program *program = at;

	model_each(&program->endpoints, urgent_endpoint, context);
	model_each(&program->pairs, urgent_pair, context);
}

static uint64_t list(struct out *out, struct model *model, enum model_state state, const char *heading,
		     const char *colour)
{
	struct pass pass = {.out = out, .state = state};

	model_each(&model->programs, urgent, &pass);
	if (!pass.count)
		return 0;
	out_paint(out, colour);
	out_str(out, heading);
	out_unsigned(out, pass.count);
	out_paint(out, PLAIN);
	out_char(out, '\n');
	pass.print = true;
	model_each(&model->programs, urgent, &pass);
	return pass.count / 2;
}

/* --- what was not observed --- */

static void say_gap(struct out *out, const struct model_gap *g)
{
	switch (g->kind) {
	case MODEL_GAP_COVERAGE:
		out_str(out, "calls of ");
		words_or(out, g->object, "an object");
		out_str(out, " to ");
		words_or(out, g->library, "a library");
		out_str(out, " do not reach gsstap");
		break;
	case MODEL_GAP_LOST:
		out_str(out, "events that were lost: ");
		out_unsigned(out, g->count);
		break;
	case MODEL_GAP_POLICY:
		out_str(out,
			"a policy that could not be used, so that all it would have judged is refused: ");
		words_or(out, g->object, "its path is not known");
		break;
	case MODEL_GAP_LEVEL:
		out_str(out, "what it binds and connects by itself: its trace is of level audit");
		break;
	case MODEL_GAP_START:
		out_str(out, "how it began: these traces have no process event of it");
		break;
	case MODEL_GAP_MIXED:
		out_str(out,
			"whose its events are: two hosts have this pid, and what joined their traces did "
			"not keep them apart");
		break;
	}
	if (g->why.at) {
		out_str(out, ": ");
		words(out, g->why);
	}
	out_char(out, '\n');
}

struct gap_pass {
	struct out *out;
	bool chosen, print; /* chosen: what nobody asked to be recorded; else what went wrong */
	uint64_t count;
	const struct model_program *program;
};

static void one_gap(void *at, void *context)
{
	const struct model_gap *g = at;
	struct gap_pass *pass = context;

	if ((g->kind == MODEL_GAP_LEVEL) != pass->chosen)
		return;
	pass->count++;
	if (!pass->print)
		return;
	out_str(pass->out, "  ");
	program_name(pass->out, pass->program);
	out_str(pass->out, ": ");
	say_gap(pass->out, g);
}

static void gaps_of(void *at, void *context)
{
	struct model_program *program = at;
	struct gap_pass *pass = context;

	pass->program = program;
	model_each(&program->gaps, one_gap, pass);
}

static uint64_t not_observed(struct out *out, struct model *model, bool chosen, uint64_t damaged)
{
	struct gap_pass pass = {.out = out, .chosen = chosen, .count = !!damaged};
	uint64_t count;

	model_each(&model->programs, gaps_of, &pass);
	count = pass.count;
	if (!count)
		return 0;
	out_paint(out, YELLOW);
	out_str(out, chosen ? "Not recorded: " : "Gaps in what was observed: ");
	out_unsigned(out, count);
	out_paint(out, PLAIN);
	out_char(out, '\n');
	if (damaged)
		out_str(out, "  traces are damaged: what standard error names was not read\n");
	pass.print = true;
	model_each(&model->programs, gaps_of, &pass);
	return count;
}

/* --- all there is --- */

static void peer(void *at, void *context)
{
	struct model_peer *p = at;
	struct out *out = context;
	enum model_state state = model_peer_state(p);

	out_str(out, "    ");
	paint_state(out, state);
	out_char(out, ' ');
	peer_name(out, p);
	out_str(out, ": ");
	counts(out, &p->tally);
	span(out, p->tally.first, p->tally.last);
	reason(out, p->endpoint->program, &p->tally, state);
	out_char(out, '\n');
}

static void endpoint(void *at, void *context)
{
	struct model_endpoint *e = at;
	struct out *out = context;
	enum model_state state = model_endpoint_state(e);

	out_str(out, e->role == TR_ROLE_SERVER	 ? "  bind "
		     : e->role == TR_ROLE_CLIENT ? "  connect "
						 : "  at ");
	words(out, e->name);
	if (e->migrate.at) {
		out_str(out, e->role == TR_ROLE_SERVER ? ", GSSAPI also at " : ", led to ");
		words(out, e->migrate);
	}
	if (e->phase.at) {
		out_str(out, ", phase ");
		words(out, e->phase);
	}
	if (!e->injected && e->mechanism) {
		out_str(out, ", ");
		out_str(out, name_of(TR_TYPE_ZMQ_MECH, e->mechanism));
		out_str(out, " by the program");
	}
	out_str(out, ": ");
	paint_state(out, state);
	if (model_accepts_unsecured(e) && state != MODEL_STATE_UNSECURED)
		out_str(out, e->role == TR_ROLE_CLIENT ? ", but would go without where GSSAPI fails"
						       : ", but open to unsecured peers");
	if (!e->peers.first)
		reason(out, e->program, &e->tally, state);
	out_char(out, '\n');
	model_each(&e->peers, peer, out);
}

static void pair(void *at, void *context)
{
	struct model_pair *p = at;
	struct out *out = context;
	enum model_state state = model_pair_state(p);

	out_str(out, "  ");
	words_or(out, p->initiator, "?");
	out_str(out, " -> ");
	words_or(out, p->acceptor, "?");
	if (p->mech.at) {
		out_str(out, ", ");
		words(out, p->mech);
	}
	if (p->role && name_of(TR_TYPE_ROLE, p->role)) {
		out_str(out, ", as ");
		out_str(out, name_of(TR_TYPE_ROLE, p->role));
	}
	out_str(out, ": ");
	paint_state(out, state);
	out_str(out, ", ");
	counts(out, &p->tally);
	span(out, p->tally.first, p->tally.last);
	reason(out, p->program, &p->tally, state);
	out_char(out, '\n');
}

static void refusal(void *at, void *context)
{
	const struct model_refusal *r = at;
	struct out *out = context;

	out_str(out, r->would ? "  would refuse " : "  refused ");
	out_unsigned(out, r->count);
	out_str(out, r->count == 1 ? " time " : " times ");
	out_str(out, tr_call_name(r->call) ? tr_call_name(r->call) : "a call");
	if (r->subject.at) {
		out_str(out, " of ");
		words(out, r->subject);
	}
	span(out, r->first, r->last);
	if (r->reason.at) {
		out_str(out, ": ");
		words(out, r->reason);
	}
	out_char(out, '\n');
}

static void repair(void *at, void *context)
{
	const struct model_repair *r = at;
	struct out *out = context;

	out_str(out, "  repair ");
	words_or(out, r->repair, "?");
	out_str(out, " acted ");
	plural(out, r->count, "time");
	span(out, r->first, r->last);
	if (r->reason.at) {
		out_str(out, ": ");
		words(out, r->reason);
	}
	out_char(out, '\n');
}

static void program(void *at, void *context)
{
	struct model_program *p = at;
	struct out *out = context;

	out_char(out, '\n');
	out_paint(out, BOLD);
	program_name(out, p);
	out_paint(out, PLAIN);
	out_str(out, ", ");
	out_unsigned(out, p->processes);
	out_str(out, p->processes == 1 ? " process" : " processes");
	if (p->dropped) {
		out_str(out, ", lost events: ");
		out_unsigned(out, p->dropped);
	}
	span(out, p->first, p->last);
	out_char(out, '\n');
	model_each(&p->endpoints, endpoint, out);
	model_each(&p->pairs, pair, out);
	model_each(&p->refusals, refusal, out);
	model_each(&p->repairs, repair, out);
}

static void any(void *at, void *context)
{
	const struct model_program *p = at;

	*(bool *)context |= p->endpoints.first || p->pairs.first;
}

void summary_text(struct out *out, struct model *model, uint64_t damaged)
{
	static const struct {
		enum model_state state;
		const char *heading, *colour;
	} lists[] = {
		{MODEL_STATE_UNSECURED, "Still to be secured: ", RED},
		{MODEL_STATE_UNENCRYPTED, "Authenticated, but not encrypted: ", RED},
		{MODEL_STATE_FAILING, "Failing: ", YELLOW},
		{MODEL_STATE_REFUSED, "Refused: ", YELLOW},
		{MODEL_STATE_UNOBSERVED, "Not observed: ", YELLOW},
		{MODEL_STATE_CURVE, "CURVE set, keys not observed: ", YELLOW},
	};
	uint64_t gaps = not_observed(out, model, false, damaged), found = 0;
	bool something = false;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		found += list(out, model, lists[i].state, lists[i].heading, lists[i].colour);
	gaps += not_observed(out, model, true, 0);
	model_each(&model->programs, any, &something);
	if (!something)
		out_str(out, "No endpoint and no security context is in these traces.\n");
	else if (!found)
		out_str(out, gaps ? "Nothing else that was seen is unsecured or fails; what was not observed "
				    "may be.\n"
				  : "Nothing that was seen is unsecured, and nothing fails.\n");
	model_each(&model->programs, program, out);
}
