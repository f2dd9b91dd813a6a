/* SPDX-License-Identifier: MIT */
/*
 * A summary for people: first who still has to move and what fails, then all there is, by program. Texts of
 * the traces are escaped as in every other output.
 */
#include "tools/names/names.h"
#include "tools/model/model.h"

#include <string.h>

#define RED "31"
#define YELLOW "33"
#define GREEN "32"
#define FAINT "2"
#define BOLD "1"
#define PLAIN "0"

static void words(struct out *out, const char *text)
{
	out_words(out, (const uint8_t *)text, strlen(text));
}

static void paint_state(struct out *out, enum sum_state state)
{
	static const char *const colours[] = {RED, YELLOW, YELLOW, GREEN, FAINT, FAINT};

	out_paint(out, colours[state]);
	out_str(out, sum_state_name(state));
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

static void program_name(struct out *out, const struct sum_program *program)
{
	words(out, *program->name ? program->name : "an unknown program");
	if (*program->host) {
		out_str(out, " on ");
		words(out, program->host);
	}
}

static void peer_name(struct out *out, const struct sum_peer *peer)
{
	words(out, peer->principal ? peer->principal : peer->address ? peer->address : "an unknown peer");
	if (peer->principal && peer->address) {
		out_str(out, peer->endpoint->role == TR_ROLE_CLIENT ? " at " : " from ");
		words(out, peer->address);
	}
}

/* "2 unsecured, 1 open, 3 handshakes aes256-cts-hmac-sha1-96, 4 failed" */
static void counts(struct out *out, const struct sum_tally *tally)
{
	const char *enctype = tally->enctype ? name_of(TR_TYPE_ENCTYPE, tally->enctype) : NULL;
	bool more = false;

	if (tally->count[SUM_UNSECURED]) {
		out_unsigned(out, tally->count[SUM_UNSECURED]);
		out_str(out, " unsecured (open ");
		out_unsigned(out, tally->open);
		out_char(out, ')');
		more = true;
	}
	if (tally->count[SUM_ESTABLISHED]) {
		out_str(out, more ? ", " : "");
		plural(out, tally->count[SUM_ESTABLISHED], "handshake");
		if (tally->enctype)
			out_str(out, enctype ? " by " : " by enctype ");
		if (enctype)
			out_str(out, enctype);
		else if (tally->enctype)
			out_unsigned(out, tally->enctype);
		more = true;
	}
	for (enum sum_fact fact = SUM_FAILED; fact <= SUM_REFUSED; fact++)
		if (tally->count[fact]) {
			out_str(out, more ? ", " : "");
			out_unsigned(out, tally->count[fact]);
			out_str(out, fact == SUM_FAILED ? " failed" : " refused");
			more = true;
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

static void reason(struct out *out, const struct sum_tally *tally, enum sum_state state)
{
	if (!tally->reason || (state != SUM_STATE_FAILING && state != SUM_STATE_REFUSED))
		return;
	out_str(out, ": ");
	words(out, tally->reason);
}

/* --- who still has to move --- */

struct pass {
	struct out *out;
	enum sum_state state;
	uint64_t count;
	bool print;
};

static void urgent_peer(void *at, void *context)
{
	const struct sum_peer *peer = at;
	struct pass *pass = context;
	struct out *out = pass->out;

	if (sum_peer_state(peer) != pass->state)
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
	if (!peer->principal && peer->last_from) {
		out_str(out, ", the last from ");
		words(out, peer->last_from);
	}
	span(out, peer->tally.first, peer->tally.last);
	reason(out, &peer->tally, pass->state);
	out_char(out, '\n');
}

/* An endpoint is named for what it does itself; what its peers do is said of them. */
static void urgent_endpoint(void *at, void *context)
{
	const struct sum_endpoint *endpoint = at;
	struct pass *pass = context;
	struct out *out = pass->out;
	uint64_t before = pass->count;

	sum_each(endpoint->peers, urgent_peer, pass);
	if (pass->count != before || sum_endpoint_state(endpoint) != pass->state)
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
	reason(out, &endpoint->tally, pass->state);
	out_char(out, '\n');
}

static void urgent_pair(void *at, void *context)
{
	const struct sum_pair *pair = at;
	struct pass *pass = context;
	struct out *out = pass->out;

	if (sum_pair_state(pair) != pass->state)
		return;
	pass->count++;
	if (!pass->print)
		return;
	out_str(out, "  ");
	words(out, pair->initiator ? pair->initiator : "?");
	out_str(out, " -> ");
	words(out, pair->acceptor ? pair->acceptor : "?");
	out_str(out, ", as seen by ");
	program_name(out, pair->program);
	out_str(out, ": ");
	counts(out, &pair->tally);
	span(out, pair->tally.first, pair->tally.last);
	reason(out, &pair->tally, pass->state);
	out_char(out, '\n');
}

static uint64_t list(struct out *out, const struct summary *s, enum sum_state state, const char *heading,
		     const char *colour)
{
	struct pass pass = {.out = out, .state = state};

	sum_each(s->endpoints, urgent_endpoint, &pass);
	sum_each(s->pairs, urgent_pair, &pass);
	if (!pass.count)
		return 0;
	out_paint(out, colour);
	out_str(out, heading);
	out_unsigned(out, pass.count);
	out_paint(out, PLAIN);
	out_char(out, '\n');
	pass.print = true;
	sum_each(s->endpoints, urgent_endpoint, &pass);
	sum_each(s->pairs, urgent_pair, &pass);
	return pass.count / 2;
}

/* --- all there is --- */

static void peer(void *at, void *context)
{
	const struct sum_peer *p = at;
	struct out *out = context;
	enum sum_state state = sum_peer_state(p);

	out_str(out, "    ");
	paint_state(out, state);
	out_char(out, ' ');
	peer_name(out, p);
	out_str(out, ": ");
	counts(out, &p->tally);
	span(out, p->tally.first, p->tally.last);
	reason(out, &p->tally, state);
	out_char(out, '\n');
}

struct of_program {
	struct out *out;
	const struct summary *summary;
	const struct sum_program *program;
};

static void endpoint(void *at, void *context)
{
	const struct sum_endpoint *e = at;
	const struct of_program *of = context;
	struct out *out = of->out;
	enum sum_state state = sum_endpoint_state(e);

	if (e->program != of->program)
		return;
	out_str(out, e->role == TR_ROLE_SERVER	 ? "  bind "
		     : e->role == TR_ROLE_CLIENT ? "  connect "
						 : "  at ");
	words(out, e->name);
	if (e->migrate) {
		out_str(out, e->role == TR_ROLE_SERVER ? ", GSSAPI also at " : ", led to ");
		words(out, e->migrate);
	}
	if (e->phase) {
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
	if (sum_accepts_unsecured(e) && state != SUM_STATE_UNSECURED)
		out_str(out, e->role == TR_ROLE_CLIENT ? ", but would go without where GSSAPI fails"
						       : ", but open to unsecured peers");
	if (!e->peers)
		reason(out, &e->tally, state);
	out_char(out, '\n');
	sum_each(e->peers, peer, out);
}

static void pair(void *at, void *context)
{
	const struct sum_pair *p = at;
	const struct of_program *of = context;
	struct out *out = of->out;
	enum sum_state state = sum_pair_state(p);

	if (p->program != of->program)
		return;
	out_str(out, "  ");
	words(out, p->initiator ? p->initiator : "?");
	out_str(out, " -> ");
	words(out, p->acceptor ? p->acceptor : "?");
	if (p->mech) {
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
	reason(out, &p->tally, state);
	out_char(out, '\n');
}

static void refusal(void *at, void *context)
{
	const struct sum_refusal *r = at;
	const struct of_program *of = context;
	struct out *out = of->out;

	if (r->program != of->program)
		return;
	out_str(out, r->would ? "  would refuse " : "  refused ");
	out_unsigned(out, r->count);
	out_str(out, r->count == 1 ? " time " : " times ");
	out_str(out, tr_call_name(r->call) ? tr_call_name(r->call) : "a call");
	if (r->subject) {
		out_str(out, " of ");
		words(out, r->subject);
	}
	span(out, r->first, r->last);
	if (r->reason) {
		out_str(out, ": ");
		words(out, r->reason);
	}
	out_char(out, '\n');
}

static void repair(void *at, void *context)
{
	const struct sum_repair *r = at;
	const struct of_program *of = context;
	struct out *out = of->out;

	if (r->program != of->program)
		return;
	out_str(out, "  repair ");
	words(out, r->repair ? r->repair : "?");
	out_str(out, " acted ");
	plural(out, r->count, "time");
	span(out, r->first, r->last);
	if (r->reason) {
		out_str(out, ": ");
		words(out, r->reason);
	}
	out_char(out, '\n');
}

static void program(void *at, void *context)
{
	const struct sum_program *p = at;
	struct of_program of = *(struct of_program *)context;

	if (!p->first)
		return;
	of.program = p;
	out_char(of.out, '\n');
	out_paint(of.out, BOLD);
	program_name(of.out, p);
	out_paint(of.out, PLAIN);
	out_str(of.out, ", ");
	out_unsigned(of.out, p->processes);
	out_str(of.out, p->processes == 1 ? " process" : " processes");
	if (p->dropped) {
		out_str(of.out, ", lost events: ");
		out_unsigned(of.out, p->dropped);
	}
	span(of.out, p->first, p->last);
	out_char(of.out, '\n');
	sum_each(of.summary->endpoints, endpoint, &of);
	sum_each(of.summary->pairs, pair, &of);
	sum_each(of.summary->refusals, refusal, &of);
	sum_each(of.summary->repairs, repair, &of);
}

void summary_text(struct out *out, const struct summary *s)
{
	struct of_program of = {.out = out, .summary = s};
	uint64_t urgent;

	urgent = list(out, s, SUM_STATE_UNSECURED, "Still to be secured: ", RED);
	urgent += list(out, s, SUM_STATE_FAILING, "Failing: ", YELLOW);
	urgent += list(out, s, SUM_STATE_REFUSED, "Refused: ", YELLOW);
	if (!s->endpoints && !s->pairs)
		out_str(out, "No endpoint and no security context is in these traces.\n");
	else if (!urgent)
		out_str(out, "Nothing that was seen is unsecured, and nothing fails.\n");
	sum_each(s->programs, program, &of);
}
