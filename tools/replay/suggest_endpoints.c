/* SPDX-License-Identifier: MIT */
/* What a suggested policy says of endpoints: which go without security, and which are secured by a rule. */
#include "tools/replay/judge.h"
#include "tools/replay/suggesting.h"
#include "tools/replay/words.h"

#include "policy/compile.h"

#include <stdlib.h>
#include <string.h>

static void put_field(struct out *out, const char *key, struct model_text name)
{
	if (!name.at)
		return;
	out_str(out, ", ");
	out_str(out, key);
	out_str(out, ": '");
	for (size_t i = 0; i < name.length; i++) {
		char c = name.at[i];

		/* A % begins what a template expands; a name that no policy can hold is seen to be none. */
		if (c == '%' || c == '\'')
			out_char(out, c);
		out_char(out, (unsigned char)c < ' ' || (unsigned char)c > '~' ? '?' : c);
	}
	out_char(out, '\'');
	if (memchr(name.at, '/', name.length)) {
		out_str(out, ", ");
		out_str(out, key);
		out_str(out, "-type: krb5");
	}
}

static void put_rule(struct out *out, const struct replay_case *c)
{
	bool binds = c->is.kind == CASE_BIND;

	out_str(out, binds ? "    - {bind: " : "    - {connect: ");
	bag_quote(out, c->texts[CASE_ENDPOINT], BAG_ENDPOINT);
	put_field(out, "principal", c->texts[CASE_PRINCIPAL]);
	if (!binds)
		put_field(out, "service", c->texts[CASE_SERVICE]);
	out_str(out, c->is.injected > 1 ? ", phase: report}" : "}");
}

static void put_inject(struct out *out, const void *what)
{
	out_str(out, "zmq:\n  inject:\n");
	put_rule(out, what);
	out_char(out, '\n');
}

/* What the trace says it was set to may be more than a rule can hold. */
static bool is_rule(const struct replay_case *c)
{
	return bag_is_policy(put_inject, c);
}

static void put_injected(struct suggesting *s)
{
	bool any = false;

	for (const struct replay_case *c = s->replay->first; c; c = c->next) {
		if (!c->is.injected || !case_is_endpoint(c) || !case_came_about(c) || !is_rule(c))
			continue;
		out_str(s->out, any ? "" : "  inject:\n");
		any = true;
		put_rule(s->out, c);
		bag_comment(s->out, s->replay, c->count, c->traces);
	}
}

/* Opens a policy that asks for security. NULL: no memory. */
static void *probe(struct pol *pol)
{
	static const char text[] = "version: 1\nzmq: {unsecured: refuse}\n";
	void *image;
	size_t length;

	if (pol_compile_text("probe", text, sizeof(text) - 1, &image, &length, NULL))
		return NULL;
	if (!pol_open(pol, image, length))
		return image;
	free(image);
	return NULL;
}

/* The endpoints of a trace, as a policy is to treat them. */
struct endpoints {
	struct bag plain;
	bool any, rules, beyond; /* beyond: what no policy can name, and so none may refuse */
};

static bool can_be_plain(const struct replay_case *c)
{
	return bag_holds("zmq: {unsecured-ok: [", c->texts[CASE_ENDPOINT], BAG_ENDPOINT, "]}\n");
}

static bool sort_endpoint(struct suggesting *s, struct endpoints *all, const struct replay_case *c)
{
	if (c->is.injected ? is_rule(c) : can_be_plain(c)) {
		all->rules |= c->is.injected;
		return c->is.injected || bag_add(&all->plain, c->texts[CASE_ENDPOINT], c);
	}
	all->beyond = true;
	out_str(s->out,
		"# No policy can name this endpoint, so none is refused for going without security: ");
	words_case(s->out, c);
	out_char(s->out, '\n');
	return true;
}

static bool sort_endpoints(struct suggesting *s, struct endpoints *all)
{
	struct pol pol;
	void *image = probe(&pol);
	bool good = image;

	for (const struct replay_case *c = s->replay->first; image && c; c = c->next) {
		struct replay_judged judged;

		if (!case_is_endpoint(c) || !case_came_about(c))
			continue;
		all->any = true;
		replay_judge(&pol, c, &judged, NULL, NULL);
		if (judged.action == POL_DENY || c->is.injected)
			good &= sort_endpoint(s, all, c);
	}
	free(image);
	return good;
}

bool suggest_put_endpoints(struct suggesting *s)
{
	struct endpoints all = {0};
	bool good = sort_endpoints(s, &all), silent = s->replay->gaps.without_calls;

	if (silent)
		out_str(s->out, "# Endpoints are not in all of these traces: record at --level calls.\n");
	else if (all.any && (!all.beyond || all.rules))
		out_str(s->out, "zmq:\n");
	if (!silent && all.any && !all.beyond) {
		out_str(s->out, "  unsecured: refuse\n");
		if (all.plain.count) {
			out_str(s->out, "  unsecured-ok:\n");
			bag_list(s->out, s->replay, &all.plain, "    ", BAG_ENDPOINT);
		}
	}
	if (!silent && all.rules)
		put_injected(s);
	bag_free(&all.plain);
	return good;
}
