/* SPDX-License-Identifier: MIT */
/*
 * The tightest policy that allows all that came about in traces, as YAML with comments: a rule for each
 * program and role, with whom and on which terms. What failed is allowed for nothing.
 */
#include "tools/replay/policies.h"
#include "tools/replay/selection.h"
#include "tools/replay/suggesting.h"
#include "tools/replay/words.h"

#include "policy/decide.h"

#define FAILURES_MOST 20 /* that are told of */

struct words {
	struct out *out;
	const char *between;
};

static void put_word(void *entry, void *context)
{
	const struct bag_item *item = entry;
	struct words *words = context;

	out_str(words->out, words->between);
	bag_quote(words->out, item->text, BAG_TEXT);
	words->between = ", ";
}

static void put_flow(struct out *out, struct bag *bag)
{
	struct words words = {out, "["};

	model_each(&bag->items, put_word, &words);
	out_str(out, "]");
}

static void put_flags(struct out *out, uint32_t flags)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} known[] = {
		{2, "mutual"}, {16, "confidentiality"}, {32, "integrity"}, {4, "replay"}, {8, "sequence"}};
	const char *between = "      require: [";

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!(flags & known[i].bit))
			continue;
		out_str(out, between);
		out_str(out, known[i].name);
		between = ", ";
	}
	if (*between == ',')
		out_str(out, "] # granted to each\n");
}

static void put_enctypes(struct out *out, struct group_terms *terms)
{
	terms->no_session |= terms->count == terms->unanswered;
	if (terms->no_ticket && terms->no_session)
		return;
	out_str(out, "      enctypes:\n");
	if (!terms->no_ticket) {
		out_str(out, "        ticket: ");
		put_flow(out, &terms->tickets);
		out_char(out, '\n');
	}
	if (!terms->no_session) {
		out_str(out, "        session: ");
		put_flow(out, &terms->sessions);
		out_char(out, '\n');
	}
}

/* Before anything is granted, an initiator asks: what never came of it need not be refused. */
static void put_delegation(struct out *out, const struct group_terms *terms)
{
	if (terms->delegated)
		out_str(out, "      delegation: allow # credentials were delegated\n");
	else if (terms->asked || terms->blind)
		out_str(out, "      delegation: strip # none was delegated\n");
	else
		out_str(out, "      delegation: refuse # none was delegated, or asked for\n");
}

/* Of some of these traces, by their bits, it is not known. */
static bool is_missing(const struct replay *replay, uint64_t traces, uint16_t keyword)
{
	for (size_t i = 0; i < replay->unseen_count; i++)
		if (traces >> (i < 63 ? i : 63) & 1 && selection_misses(replay, i, keyword))
			return true;
	return false;
}

static bool has_any(uint32_t uses, uint16_t keyword)
{
	for (int use = 0; use < POL_USES; use++)
		if (uses >> use & 1 && pol_use_keyword((enum pol_use)use) == keyword)
			return true;
	return false;
}

/* What was done with its contexts is allowed, and the rest is not, where it would have been seen. */
static void put_uses(struct suggesting *s, const struct group_terms *terms)
{
	static const struct {
		uint16_t keyword;
		const char *name, *none, *some;
	} known[] = {
		{POL_K_UNPROTECTED, "unprotected", "each message was encrypted",
		 "messages went without confidentiality"},
		{POL_K_EXPORT_CONTEXT, "export-context", "none was exported", "some were exported"},
		{POL_K_IMPORT_CONTEXT, "import-context", "none was imported", "some were imported"},
		{POL_K_LUCID_EXPORT, "lucid-export", "no keys were exported", "keys were exported"},
		{POL_K_SESSION_KEY, "session-key", "none was asked for", "it was asked for"},
	};
	struct out *out = s->out;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		bool some = has_any(terms->used, known[i].keyword);
		bool open = !some && (has_any(terms->unsure, known[i].keyword) ||
				      is_missing(s->replay, terms->traces, known[i].keyword));

		out_str(out, open ? "      # " : "      ");
		out_str(out, known[i].name);
		out_str(out, open ? ": " : some ? ": allow # " : ": refuse # ");
		out_str(out, open ? "not in all of these traces" : some ? known[i].some : known[i].none);
		out_char(out, '\n');
	}
	if (!(terms->used >> POL_GOES_ON & 1) || is_missing(s->replay, terms->traces, POL_K_MAX_AGE))
		return;
	out_str(out, "      # max-context-age: ");
	words_count(out, terms->age, "second was", "seconds were");
	out_str(out, " the most at which one was used\n");
}

/* Of all programs: there is no context yet that a rule could be for. */
static void put_ways(struct suggesting *s)
{
	static const char *const names_of_ways[POL_USES] = {[POL_BY_PASSWORD] = "password",
							    [POL_BY_S4U] = "s4u",
							    [POL_BY_STORE] = "store",
							    [POL_BY_IMPORT] = "import"};
	const char *between = "";

	if (is_missing(s->replay, UINT64_MAX, POL_K_CREDENTIALS))
		return;
	out_str(s->out, "  credentials: [");
	for (int use = POL_BY_PASSWORD; use < POL_USES; use++) {
		if (!(s->ways >> use & 1))
			continue;
		out_str(s->out, between);
		out_str(s->out, names_of_ways[use]);
		between = ", ";
	}
	out_str(s->out, *between ? "] # and the default ones\n" : "] # but for the default ones\n");
}

static void put_terms(struct suggesting *s, struct group_terms *terms, bool acceptor)
{
	struct out *out = s->out;

	if (terms->nameless) {
		out_str(out, "      # the peer of some is not known, so none is asked for\n");
	} else {
		out_str(out, "      peers:\n        allow:\n");
		bag_list(out, s->replay, &terms->peers, "          ", BAG_PRINCIPAL);
	}
	if (!terms->no_mechanism) {
		out_str(out, "      mechanisms: ");
		put_flow(out, &terms->mechanisms);
		out_char(out, '\n');
	}
	if (terms->unanswered) {
		out_str(out, "      # ");
		out_unsigned(out, terms->unanswered);
		out_str(out, " ended without an answer, as with HTTP: what they were granted is not known\n");
	}
	put_flags(out, terms->flags);
	put_enctypes(out, terms);
	if (!terms->unbound)
		out_str(out, "      channel-bindings: require # each was bound to its channel\n");
	put_delegation(out, terms);
	if (acceptor)
		out_str(out, terms->constrained
				     ? "      constrained-delegation: allow # credentials were there for it\n"
				     : "      constrained-delegation: refuse # none was there for it\n");
	put_uses(s, terms);
	if (terms->has_lifetime && terms->lifetime != UINT32_MAX) {
		out_str(out, "      # lifetime: ");
		out_unsigned(out, terms->lifetime);
		out_str(out, " seconds were the least\n");
	}
}

static void put_group(void *entry, void *context)
{
	struct group *group = entry;
	struct suggesting *s = context;
	struct out *out = s->out;

	out_str(out, "    - role: ");
	out_str(out, group->role == POL_ACCEPTOR ? "acceptor" : "initiator");
	bag_comment(out, s->replay, group->terms.count, group->terms.traces);
	if (group->program.at) {
		out_str(out, "      program: ");
		bag_quote(out, group->program, BAG_TEXT);
		out_char(out, '\n');
	}
	if (group->script.at) {
		out_str(out, "      script: ");
		bag_quote(out, group->script, BAG_TEXT);
		out_char(out, '\n');
	}
	put_terms(s, &group->terms, group->role == POL_ACCEPTOR);
}

static void put_failures(struct suggesting *s)
{
	uint64_t shown = 0;

	for (const struct replay_case *c = s->replay->first; c; c = c->next) {
		if (case_came_about(c) || (c->is.kind == CASE_USE && c->is.use == POL_GOES_ON))
			continue;
		if (!shown)
			out_str(s->out,
				"# Not allowed for having been tried, since it failed or was refused:\n");
		if (shown++ == FAILURES_MOST) {
			out_str(s->out, "#   and more\n");
			return;
		}
		out_str(s->out, "#   ");
		words_case(s->out, c);
		bag_comment(s->out, s->replay, c->count, c->traces);
	}
}

static void put_contexts(struct suggesting *s)
{
	if (!s->groups.table.count) {
		out_str(s->out, "# No security context was established in these traces.\n");
		return;
	}
	out_str(s->out, "gss:\n");
	if (s->nameless)
		out_str(s->out,
			"  # Programs that no rule is for are not refused: not all peers are known.\n");
	else
		out_str(s->out, "  peers: {allow: []} # of programs that no rule is for\n");
	put_ways(s);
	out_str(s->out, "  match:\n");
	model_each(&s->groups, put_group, s);
}

static void put_head(struct suggesting *s)
{
	uint64_t contexts = 0, endpoints = 0;

	for (const struct replay_case *c = s->replay->first; c; c = c->next)
		if (c->is.kind != CASE_USE)
			*(c->is.kind == CASE_CONTEXT ? &contexts : &endpoints) += c->count;
	out_str(s->out, "# What these traces show is allowed, and nothing else: ");
	words_count(s->out, contexts, "context", "contexts");
	out_str(s->out, ", ");
	words_count(s->out, endpoints, "endpoint", "endpoints");
	out_str(s->out, ".\n");
	put_failures(s);
	if (s->replay->gaps.imported) {
		out_str(s->out, "# Not looked at: ");
		words_count(s->out, s->replay->gaps.imported, "context that was imported",
			    "contexts that were imported");
		out_str(s->out, ".\n");
	}
	out_str(s->out, "version: 1\nmode: enforce\n");
}

bool replay_suggest_print(struct replay *replay, struct out *out)
{
	struct suggesting s = {.replay = replay, .out = out};

	suggest_gather(&s);
	if (!s.failed) {
		put_head(&s);
		put_contexts(&s);
		s.failed = !suggest_put_endpoints(&s);
	}
	suggest_leave(&s);
	return !s.failed;
}
