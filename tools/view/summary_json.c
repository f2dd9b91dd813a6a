/* SPDX-License-Identifier: MIT */
/*
 * A summary as JSON Lines: an object for each program, gap in what was observed, endpoint, peer, pair,
 * refusal and repair, told apart by `kind`. Flat, and each names its program and host, so that a line means
 * something alone. What is not known has no key.
 */
#include "tools/names/names.h"
#include "tools/out/json.h"
#include "tools/view/summary.h"

struct view {
	struct js js;
	const struct model_program *program;
};

static void text(struct js *js, const char *name, struct model_text value)
{
	if (!value.at)
		return;
	js_key(js, name);
	js_text(js, value.at, value.length);
}

static struct js *begin(struct view *view, const char *kind)
{
	const struct model_program *program = view->program;
	struct js *js = &view->js;

	js_object(js);
	js_set_string(js, "kind", kind);
	text(js, "host", program->host);
	text(js, "container", program->container);
	text(js, "program", program->name);
	text(js, "exe", program->exe);
	text(js, "script", program->script);
	return js;
}

static void end(struct js *js)
{
	js_object_end(js);
	js_line(js);
}

static void tally_keys(struct js *js, const struct model_tally *tally, enum model_state state)
{
	static const char *const counts[] = {"established", "failed", "refused", "unsecured", "abandoned"};
	static const char *const times[] = {"last_established", "last_failed", "last_refused",
					    "last_unsecured", "last_abandoned"};
	const char *enctype = tally->enctype ? name_of(TR_TYPE_ENCTYPE, tally->enctype) : NULL;
	struct model_text reason = model_reason(tally, state);

	for (enum model_fact fact = 0; fact < MODEL_FACTS; fact++)
		js_set_unsigned(js, counts[fact], tally->count[fact]);
	if (tally->unproven)
		js_set_unsigned(js, "unproven", tally->unproven);
	js_set_unsigned(js, "unsecured_open", tally->open);
	js_set_string(js, "session_enctype", enctype);
	if (tally->enctype && !enctype)
		js_set_unsigned(js, "session_enctype", tally->enctype);
	if (tally->wrapped || tally->unwrapped) {
		js_set_unsigned(js, "wrapped", tally->wrapped);
		js_set_unsigned(js, "wrapped_bytes", tally->wrapped_bytes);
		js_set_unsigned(js, "unwrapped", tally->unwrapped);
		js_set_unsigned(js, "unwrapped_bytes", tally->unwrapped_bytes);
	}
	if (tally->clear)
		js_set_unsigned(js, "unencrypted", tally->clear);
	js_set_time(js, "first", tally->first);
	js_set_time(js, "last", tally->last);
	for (enum model_fact fact = 0; fact < MODEL_FACTS; fact++)
		js_set_time(js, times[fact], tally->at[fact]);
	text(js, "reason", reason.at ? reason : tally->reason.at ? tally->reason : tally->supposed);
	if (!model_text_same(reason, tally->supposed))
		text(js, "supposed", tally->supposed);
}

static void endpoint_keys(struct js *js, const struct model_endpoint *e)
{
	if (e->role)
		js_set_string(js, "role", name_of(TR_TYPE_ROLE, e->role));
	text(js, "endpoint", e->name);
}

static void peer(void *at, void *context)
{
	struct model_peer *p = at;
	struct js *js = begin(context, "peer");
	enum model_state state = model_peer_state(p);

	js_set_string(js, "state", model_state_name(state));
	endpoint_keys(js, p->endpoint);
	text(js, "principal", p->principal);
	text(js, "address", p->address);
	text(js, "last_from", p->last_from);
	tally_keys(js, &p->tally, state);
	end(js);
}

static void endpoint(void *at, void *context)
{
	struct model_endpoint *e = at;
	struct js *js = begin(context, "endpoint");
	enum model_state state = model_endpoint_state(e);

	js_set_string(js, "state", model_state_name(state));
	endpoint_keys(js, e);
	text(js, "migrate", e->migrate);
	text(js, "phase", e->phase);
	if (!e->injected)
		js_set_string(js, "mechanism", name_of(TR_TYPE_ZMQ_MECH, e->mechanism));
	if (e->plaintext)
		js_set_bool(js, "plaintext", true);
	js_set_bool(js, "accepts_unsecured", model_accepts_unsecured(e));
	tally_keys(js, &e->tally, state);
	end(js);
	model_each(&e->peers, peer, context);
}

static void pair(void *at, void *context)
{
	struct model_pair *p = at;
	struct js *js = begin(context, "pair");
	enum model_state state = model_pair_state(p);

	js_set_string(js, "state", model_state_name(state));
	if (p->role)
		js_set_string(js, "role", name_of(TR_TYPE_ROLE, p->role));
	text(js, "initiator", p->initiator);
	text(js, "acceptor", p->acceptor);
	text(js, "mech", p->mech);
	tally_keys(js, &p->tally, state);
	end(js);
}

static void refusal(void *at, void *context)
{
	struct model_refusal *r = at;
	struct js *js = begin(context, r->would ? "would_refuse" : "refusal");

	js_set_string(js, "call", tr_call_name(r->call));
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
	struct model_repair *r = at;
	struct js *js = begin(context, "repair");

	text(js, "repair", r->repair);
	js_set_unsigned(js, "count", r->count);
	js_set_time(js, "first", r->first);
	js_set_time(js, "last", r->last);
	text(js, "reason", r->reason);
	end(js);
}

static void gap(void *at, void *context)
{
	static const char *const what[] = {"start", "mixed", "coverage", "lost", "level", "policy"};
	struct model_gap *g = at;
	struct js *js = begin(context, "not_observed");

	js_set_string(js, "what", what[g->kind]);
	text(js, g->kind == MODEL_GAP_POLICY ? "path" : "object", g->object);
	text(js, "library", g->library);
	text(js, "why", g->why);
	js_set_unsigned(js, "count", g->count);
	end(js);
}

static void gaps(void *at, void *context)
{
	struct model_program *p = at;
	struct view *view = context;

	view->program = p;
	model_each(&p->gaps, gap, view);
}

static void program(void *at, void *context)
{
	struct model_program *p = at;
	struct view *view = context;
	struct js *js;

	view->program = p;
	js = begin(view, "program");
	js_set_unsigned(js, "processes", p->processes);
	js_set_unsigned(js, "dropped", p->dropped);
	text(js, "credentials", p->credentials);
	js_set_time(js, "first", p->first);
	js_set_time(js, "last", p->last);
	end(js);
	model_each(&p->endpoints, endpoint, view);
	model_each(&p->pairs, pair, view);
	model_each(&p->refusals, refusal, view);
	model_each(&p->repairs, repair, view);
}

void summary_json(struct out *out, struct model *model, uint64_t damaged)
{
	struct view view = {0};

	js_init(&view.js, out);
	if (damaged) {
		js_object(&view.js);
		js_set_string(&view.js, "kind", "not_observed");
		js_set_string(&view.js, "what", "damage");
		js_set_unsigned(&view.js, "count", damaged);
		end(&view.js);
	}
	model_each(&model->programs, gaps, &view);
	model_each(&model->programs, program, &view);
}
