/* SPDX-License-Identifier: MIT */
/*
 * A summary as JSON Lines: an object for each program, endpoint, peer, pair, refusal and repair, told apart
 * by `kind`. Flat, and each names its program and host, so that a line means something alone. What is not
 * known has no key.
 */
#include "tools/names/names.h"
#include "tools/out/json.h"
#include "tools/model/model.h"

#include <string.h>

static void text(struct js *js, const char *name, const char *value)
{
	if (value && *value)
		js_set_string(js, name, value);
}

static void begin(struct js *js, const char *kind, const struct sum_program *program)
{
	js_object(js);
	js_set_string(js, "kind", kind);
	text(js, "host", program->host);
	text(js, "program", program->name);
}

static void end(struct js *js)
{
	js_object_end(js);
	js_line(js);
}

static void messages(struct js *js, const struct sum_tally *tally)
{
	if (!tally->wrapped && !tally->unwrapped)
		return;
	js_set_unsigned(js, "wrapped", tally->wrapped);
	js_set_unsigned(js, "wrapped_bytes", tally->wrapped_bytes);
	js_set_unsigned(js, "unwrapped", tally->unwrapped);
	js_set_unsigned(js, "unwrapped_bytes", tally->unwrapped_bytes);
}

static void tally_keys(struct js *js, const struct sum_tally *tally)
{
	static const char *const counts[] = {"established", "failed", "refused", "unsecured"};
	static const char *const times[] = {"last_established", "last_failed", "last_refused",
					    "last_unsecured"};
	const char *enctype = tally->enctype ? name_of(TR_TYPE_ENCTYPE, tally->enctype) : NULL;

	for (enum sum_fact fact = 0; fact < SUM_FACTS; fact++)
		js_set_unsigned(js, counts[fact], tally->count[fact]);
	js_set_unsigned(js, "unsecured_open", tally->open);
	if (enctype)
		text(js, "session_enctype", enctype);
	else if (tally->enctype)
		js_set_unsigned(js, "session_enctype", tally->enctype);
	messages(js, tally);
	js_set_time(js, "first", tally->first);
	js_set_time(js, "last", tally->last);
	for (enum sum_fact fact = 0; fact < SUM_FACTS; fact++)
		js_set_time(js, times[fact], tally->at[fact]);
	text(js, "reason", tally->reason);
}

static void program(void *at, void *context)
{
	const struct sum_program *p = at;
	struct js *js = context;

	if (!p->first)
		return;
	begin(js, "program", p);
	js_set_unsigned(js, "processes", p->processes);
	js_set_unsigned(js, "dropped", p->dropped);
	js_set_time(js, "first", p->first);
	js_set_time(js, "last", p->last);
	end(js);
}

static void endpoint_keys(struct js *js, const struct sum_endpoint *e)
{
	if (e->role)
		text(js, "role", name_of(TR_TYPE_ROLE, e->role));
	text(js, "endpoint", e->name);
}

static void peer(void *at, void *context)
{
	const struct sum_peer *p = at;
	struct js *js = context;

	begin(js, "peer", p->endpoint->program);
	text(js, "state", sum_state_name(sum_peer_state(p)));
	endpoint_keys(js, p->endpoint);
	text(js, "principal", p->principal);
	text(js, "address", p->address);
	text(js, "last_from", p->last_from);
	tally_keys(js, &p->tally);
	end(js);
}

static void endpoint(void *at, void *context)
{
	const struct sum_endpoint *e = at;
	struct js *js = context;

	begin(js, "endpoint", e->program);
	text(js, "state", sum_state_name(sum_endpoint_state(e)));
	endpoint_keys(js, e);
	text(js, "migrate", e->migrate);
	text(js, "phase", e->phase);
	if (!e->injected)
		text(js, "mechanism", name_of(TR_TYPE_ZMQ_MECH, e->mechanism));
	js_set_bool(js, "accepts_unsecured", sum_accepts_unsecured(e));
	tally_keys(js, &e->tally);
	end(js);
	sum_each(e->peers, peer, js);
}

static void pair(void *at, void *context)
{
	const struct sum_pair *p = at;
	struct js *js = context;

	begin(js, "pair", p->program);
	text(js, "state", sum_state_name(sum_pair_state(p)));
	if (p->role)
		text(js, "role", name_of(TR_TYPE_ROLE, p->role));
	text(js, "initiator", p->initiator);
	text(js, "acceptor", p->acceptor);
	text(js, "mech", p->mech);
	tally_keys(js, &p->tally);
	end(js);
}

static void refusal(void *at, void *context)
{
	const struct sum_refusal *r = at;
	const char *call = tr_call_name(r->call);
	struct js *js = context;

	begin(js, r->would ? "would_refuse" : "refusal", r->program);
	text(js, "call", call);
	text(js, "subject", r->subject);
	text(js, "rule", r->rule);
	if (r->line)
		js_set_unsigned(js, "line", r->line);
	js_set_unsigned(js, "count", r->count);
	js_set_time(js, "first", r->first);
	js_set_time(js, "last", r->last);
	text(js, "reason", r->reason);
	end(js);
}

static void repair(void *at, void *context)
{
	const struct sum_repair *r = at;
	struct js *js = context;

	begin(js, "repair", r->program);
	text(js, "repair", r->repair);
	js_set_unsigned(js, "count", r->count);
	js_set_time(js, "first", r->first);
	js_set_time(js, "last", r->last);
	text(js, "reason", r->reason);
	end(js);
}

void summary_json(struct out *out, const struct summary *s)
{
	struct js js;

	js_init(&js, out);
	sum_each(s->programs, program, &js);
	sum_each(s->endpoints, endpoint, &js);
	sum_each(s->pairs, pair, &js);
	sum_each(s->refusals, refusal, &js);
	sum_each(s->repairs, repair, &js);
}
