/* SPDX-License-Identifier: MIT */
/*
 * A summary as JSON Lines: an object for each program, endpoint, peer, pair, refusal and repair, told apart
 * by `kind`. Flat, and each names its program and host, so that a line means something alone. What is not
 * known has no key.
 */
#include "tools/names/names.h"
#include "tools/model/model.h"

#include <string.h>

static void key(struct out *out, const char *name)
{
	out_str(out, ",\"");
	out_str(out, name);
	out_str(out, "\":");
}

static void text(struct out *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	key(out, name);
	out_json_string(out, (const uint8_t *)value, strlen(value));
}

static void number(struct out *out, const char *name, uint64_t value)
{
	key(out, name);
	out_unsigned(out, value);
}

static void when(struct out *out, const char *name, uint64_t time)
{
	if (!time)
		return;
	key(out, name);
	out_char(out, '"');
	out_time_full(out, time);
	out_char(out, '"');
}

static void begin(struct out *out, const char *kind, const struct sum_program *program)
{
	out_str(out, "{\"kind\":\"");
	out_str(out, kind);
	out_char(out, '"');
	text(out, "host", program->host);
	text(out, "program", program->name);
}

static void end(struct out *out)
{
	out_str(out, "}\n");
}

static void messages(struct out *out, const struct sum_tally *tally)
{
	if (!tally->wrapped && !tally->unwrapped)
		return;
	number(out, "wrapped", tally->wrapped);
	number(out, "wrapped_bytes", tally->wrapped_bytes);
	number(out, "unwrapped", tally->unwrapped);
	number(out, "unwrapped_bytes", tally->unwrapped_bytes);
}

static void tally_keys(struct out *out, const struct sum_tally *tally)
{
	static const char *const counts[] = {"established", "failed", "refused", "unsecured"};
	static const char *const times[] = {"last_established", "last_failed", "last_refused",
					    "last_unsecured"};
	const char *enctype = tally->enctype ? name_of(TR_TYPE_ENCTYPE, tally->enctype) : NULL;

	for (enum sum_fact fact = 0; fact < SUM_FACTS; fact++)
		number(out, counts[fact], tally->count[fact]);
	number(out, "unsecured_open", tally->open);
	if (enctype)
		text(out, "session_enctype", enctype);
	else if (tally->enctype)
		number(out, "session_enctype", tally->enctype);
	messages(out, tally);
	when(out, "first", tally->first);
	when(out, "last", tally->last);
	for (enum sum_fact fact = 0; fact < SUM_FACTS; fact++)
		when(out, times[fact], tally->at[fact]);
	text(out, "reason", tally->reason);
}

static void program(void *at, void *context)
{
	const struct sum_program *p = at;
	struct out *out = context;

	if (!p->first)
		return;
	begin(out, "program", p);
	number(out, "processes", p->processes);
	number(out, "dropped", p->dropped);
	when(out, "first", p->first);
	when(out, "last", p->last);
	end(out);
}

static void endpoint_keys(struct out *out, const struct sum_endpoint *e)
{
	if (e->role)
		text(out, "role", name_of(TR_TYPE_ROLE, e->role));
	text(out, "endpoint", e->name);
}

static void peer(void *at, void *context)
{
	const struct sum_peer *p = at;
	struct out *out = context;

	begin(out, "peer", p->endpoint->program);
	text(out, "state", sum_state_name(sum_peer_state(p)));
	endpoint_keys(out, p->endpoint);
	text(out, "principal", p->principal);
	text(out, "address", p->address);
	text(out, "last_from", p->last_from);
	tally_keys(out, &p->tally);
	end(out);
}

static void endpoint(void *at, void *context)
{
	const struct sum_endpoint *e = at;
	struct out *out = context;

	begin(out, "endpoint", e->program);
	text(out, "state", sum_state_name(sum_endpoint_state(e)));
	endpoint_keys(out, e);
	text(out, "migrate", e->migrate);
	text(out, "phase", e->phase);
	if (!e->injected)
		text(out, "mechanism", name_of(TR_TYPE_ZMQ_MECH, e->mechanism));
	key(out, "accepts_unsecured");
	out_str(out, sum_accepts_unsecured(e) ? "true" : "false");
	tally_keys(out, &e->tally);
	end(out);
	sum_each(e->peers, peer, out);
}

static void pair(void *at, void *context)
{
	const struct sum_pair *p = at;
	struct out *out = context;

	begin(out, "pair", p->program);
	text(out, "state", sum_state_name(sum_pair_state(p)));
	if (p->role)
		text(out, "role", name_of(TR_TYPE_ROLE, p->role));
	text(out, "initiator", p->initiator);
	text(out, "acceptor", p->acceptor);
	text(out, "mech", p->mech);
	tally_keys(out, &p->tally);
	end(out);
}

static void refusal(void *at, void *context)
{
	const struct sum_refusal *r = at;
	const char *call = tr_call_name(r->call);
	struct out *out = context;

	begin(out, r->would ? "would_refuse" : "refusal", r->program);
	text(out, "call", call);
	text(out, "subject", r->subject);
	text(out, "rule", r->rule);
	if (r->line)
		number(out, "line", r->line);
	number(out, "count", r->count);
	when(out, "first", r->first);
	when(out, "last", r->last);
	text(out, "reason", r->reason);
	end(out);
}

static void repair(void *at, void *context)
{
	const struct sum_repair *r = at;
	struct out *out = context;

	begin(out, "repair", r->program);
	text(out, "repair", r->repair);
	number(out, "count", r->count);
	when(out, "first", r->first);
	when(out, "last", r->last);
	text(out, "reason", r->reason);
	end(out);
}

void summary_json(struct out *out, const struct summary *s)
{
	sum_each(s->programs, program, out);
	sum_each(s->endpoints, endpoint, out);
	sum_each(s->pairs, pair, out);
	sum_each(s->refusals, refusal, out);
	sum_each(s->repairs, repair, out);
}
