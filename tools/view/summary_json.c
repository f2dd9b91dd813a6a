/* SPDX-License-Identifier: MIT */
/*
 * A summary as JSON Lines: an object for each program, gap in what was observed, endpoint, peer, pair,
 * refusal, told apart by `kind`. Flat, and each names its program and host, so that a line means
 * something alone. What is not known has no key.
 */
#include "tools/names/names.h"
#include "tools/out/json.h"
#include "tools/view/summary.h"

#include <stddef.h>

enum { MUTUAL = 2, CONFIDENTIALITY = 16 }; /* GSS_C_MUTUAL_FLAG, GSS_C_CONF_FLAG */

struct view {
	struct js js;
	const struct model_program *program;
};

/* Keys whose values are texts of an entry of the model. */
struct key {
	const char *name;
	size_t at; /* of the struct model_text in the entry */
};
#define KEY(type, member)                                                                                    \
	{                                                                                                    \
#member, offsetof(struct type, member)                                                       \
	}

static void text(struct js *js, const char *name, struct model_text value)
{
	if (!value.at)
		return;
	js_key(js, name);
	js_text(js, value.at, value.length);
}

static void texts(struct js *js, const void *entry, const struct key *keys)
{
	for (; keys->name; keys++)
		text(js, keys->name, *(const struct model_text *)((const char *)entry + keys->at));
}

static struct js *begin(struct view *view, const char *kind)
{
	static const struct key keys[] = {KEY(model_program, host),
					  KEY(model_program, container),
					  {"program", offsetof(struct model_program, name)},
					  KEY(model_program, exe),
					  KEY(model_program, script),
					  {0}};

	js_object(&view->js);
	js_set_string(&view->js, "kind", kind);
	texts(&view->js, view->program, keys);
	return &view->js;
}

static void end(struct js *js)
{
	js_object_end(js);
	js_line(js);
}

static void span(struct js *js, uint64_t first, uint64_t last)
{
	js_set_time(js, "first", first);
	js_set_time(js, "last", last);
}

static void enctype_key(struct js *js, const char *key, uint32_t enctype)
{
	const char *name = enctype ? name_of(TR_TYPE_ENCTYPE, enctype) : NULL;

	js_set_string(js, key, name);
	if (enctype && !name)
		js_set_unsigned(js, key, enctype);
}

/* Of the last handshake; a key that is absent was not told. */
static void terms(struct js *js, const struct model_tally *tally)
{
	const struct model_terms *last = &tally->terms;

	enctype_key(js, "ticket_enctype", last->ticket_enctype);
	if (last->kvno)
		js_set_unsigned(js, "kvno", last->kvno);
	if (name_enctype_weak(last->ticket_enctype) || name_enctype_weak(tally->enctype))
		js_set_bool(js, "weak", true);
	if (last->flags) {
		js_set_bool(js, "mutual", last->flags & MUTUAL);
		js_set_bool(js, "confidentiality", last->flags & CONFIDENTIALITY);
	}
	js_set_time(js, "ticket_end", last->ticket_end * 1000000000);
	if (tally->delegated)
		js_set_unsigned(js, "delegated", tally->delegated);
	if (tally->bound)
		js_set_unsigned(js, "channel_bound", tally->bound);
}

static void tally_keys(struct js *js, const struct model_tally *tally, enum model_state state)
{
	static const char *const counts[] = {"established", "failed", "refused", "unsecured", "abandoned"};
	static const char *const times[] = {"last_established", "last_failed", "last_refused",
					    "last_unsecured", "last_abandoned"};
	struct model_text reason = model_reason(tally, state);

	for (enum model_fact fact = 0; fact < MODEL_FACTS; fact++)
		js_set_unsigned(js, counts[fact], tally->count[fact]);
	if (tally->unproven)
		js_set_unsigned(js, "unproven", tally->unproven);
	if (tally->ready)
		js_set_unsigned(js, "ready", tally->ready);
	js_set_unsigned(js, "unsecured_open", tally->open);
	terms(js, tally);
	enctype_key(js, "session_enctype", tally->enctype);
	if (tally->wrapped || tally->unwrapped) {
		js_set_unsigned(js, "wrapped", tally->wrapped);
		js_set_unsigned(js, "wrapped_bytes", tally->wrapped_bytes);
		js_set_unsigned(js, "unwrapped", tally->unwrapped);
		js_set_unsigned(js, "unwrapped_bytes", tally->unwrapped_bytes);
	}
	if (tally->clear)
		js_set_unsigned(js, "unencrypted", tally->clear);
	span(js, tally->first, tally->last);
	for (enum model_fact fact = 0; fact < MODEL_FACTS; fact++)
		js_set_time(js, times[fact], tally->at[fact]);
	text(js, "reason", reason.at ? reason : tally->reason.at ? tally->reason : tally->supposed);
	if (!model_text_same(reason, tally->supposed))
		text(js, "supposed", tally->supposed);
}

/* The end of what has a state. */
static void stand(struct js *js, const struct model_tally *tally, enum model_state state)
{
	tally_keys(js, tally, state);
	end(js);
}

static void endpoint_keys(struct js *js, const struct model_endpoint *e, enum model_state state)
{
	js_set_string(js, "state", model_state_name(state));
	js_set_string(js, "role", e->role ? name_of(TR_TYPE_ROLE, e->role) : NULL);
	text(js, "endpoint", e->name);
}

static void peer(void *at, void *context)
{
	static const struct key keys[] = {
		KEY(model_peer, principal), KEY(model_peer, address), KEY(model_peer, last_from), {0}};
	struct model_peer *p = at;
	struct js *js = begin(context, "peer");
	enum model_state state = model_peer_state(p);

	endpoint_keys(js, p->endpoint, state);
	texts(js, p, keys);
	stand(js, &p->tally, state);
}

static void endpoint(void *at, void *context)
{
	static const struct key keys[] = {KEY(model_endpoint, phase), {0}};
	struct model_endpoint *e = at;
	struct js *js = begin(context, "endpoint");
	enum model_state state = model_endpoint_state(e);

	endpoint_keys(js, e, state);
	texts(js, e, keys);
	if (!e->injected)
		js_set_string(js, "mechanism", name_of(TR_TYPE_ZMQ_MECH, e->mechanism));
	if (e->plaintext)
		js_set_bool(js, "plaintext", true);
	js_set_bool(js, "accepts_unsecured", model_accepts_unsecured(e));
	stand(js, &e->tally, state);
	model_each(&e->peers, peer, context);
}

static void pair(void *at, void *context)
{
	static const struct key keys[] = {
		KEY(model_pair, initiator), KEY(model_pair, acceptor), KEY(model_pair, mech), {0}};
	struct model_pair *p = at;
	struct js *js = begin(context, "pair");
	enum model_state state = model_pair_state(p);

	js_set_string(js, "state", model_state_name(state));
	js_set_string(js, "role", p->role ? name_of(TR_TYPE_ROLE, p->role) : NULL);
	texts(js, p, keys);
	stand(js, &p->tally, state);
}

/* The end of what is only counted. */
static void counted(struct js *js, uint64_t count, uint64_t first, uint64_t last, struct model_text reason)
{
	js_set_unsigned(js, "count", count);
	span(js, first, last);
	text(js, "reason", reason);
	end(js);
}

static void refusal(void *at, void *context)
{
	static const struct key keys[] = {KEY(model_refusal, subject), KEY(model_refusal, rule), {0}};
	const struct model_refusal *r = at;
	static const char *const kinds[2][2] = {{"refusal", "would_refuse"}, {"changed", "would_change"}};
	struct js *js = begin(context, kinds[r->changed][r->would]);

	js_set_string(js, "call", tr_call_name(r->call));
	texts(js, r, keys);
	if (r->line)
		js_set_unsigned(js, "line", r->line);
	counted(js, r->count, r->first, r->last, r->reason);
}

static void about(struct js *js, const struct model_about *a, const char *object, const char *why)
{
	text(js, "family", a->family);
	text(js, object, a->object);
	text(js, "library", a->library);
	text(js, why, a->why);
}

static void coverage(void *at, void *context)
{
	const struct model_coverage *c = at;
	struct js *js = begin(context, "coverage");

	js_set_bool(js, "reached", c->reached);
	about(js, &c->about, "object", "how");
	js_set_unsigned(js, "count", c->processes);
	end(js);
}

static void gap(void *at, void *context)
{
	static const char *const what[] = {
		[MODEL_GAP_START] = "start",	   [MODEL_GAP_MIXED] = "mixed",
		[MODEL_GAP_COVERAGE] = "coverage", [MODEL_GAP_EXEC] = "exec",
		[MODEL_GAP_LOST] = "lost",	   [MODEL_GAP_LEVEL] = "level",
		[MODEL_GAP_POLICY] = "policy",	   [MODEL_GAP_HANDSHAKE] = "handshake"};
	static const char *const objects[] = {
		[MODEL_GAP_COVERAGE] = "object", [MODEL_GAP_HANDSHAKE] = "acceptor"};
	const struct model_gap *g = at;
	struct js *js = begin(context, "not_observed");

	js_set_string(js, "what", what[g->kind]);
	about(js, &g->about, objects[g->kind] ? objects[g->kind] : "path", "why");
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
	if (p->args.at) {
		js_key(js, "args");
		js_texts(js, p->args.at, p->args.length);
	}
	text(js, "cgroup", p->cgroup);
	js_set_unsigned(js, "processes", p->processes);
	js_set_unsigned(js, "dropped", p->dropped);
	text(js, "credentials", p->credentials);
	span(js, p->first, p->last);
	end(js);
	model_each(&p->coverage, coverage, view);
	model_each(&p->endpoints, endpoint, view);
	model_each(&p->pairs, pair, view);
	model_each(&p->refusals, refusal, view);
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
