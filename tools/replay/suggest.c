/* SPDX-License-Identifier: MIT */
/*
 * The tightest policy that allows all that came about in traces, as YAML with comments: a rule for each
 * program and role, with whom and on which terms. What failed is allowed for nothing.
 */
#include "tools/replay/bag.h"
#include "tools/replay/judge.h"
#include "tools/replay/policies.h"
#include "tools/replay/selection.h"
#include "tools/replay/words.h"

#include "policy/compile.h"
#include "policy/decide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MOST 255
#define FAILURES_MOST 20 /* that are told of */
#define ASKS_TO_DELEGATE 0x8001u
#define DELEGATED 1u
#define ANONYMOUS 64u

/* What one rule of gss.match is for. */
struct group {
	struct model_node node;
	struct model_text program, script; /* at NULL: not asked for */
	uint32_t role;
	struct group_terms {
		uint64_t count, traces, unanswered; /* the last of which nothing is known to be granted */
		struct bag peers, mechanisms, tickets, sessions;
		bool nameless, no_mechanism, no_ticket, no_session; /* of some, and so it is not asked for */
		bool unbound, asked, delegated, constrained, blind;
		uint32_t flags;	   /* that all were granted */
		uint32_t lifetime; /* the least that is known */
		bool has_lifetime;
		uint32_t used,
			unsure; /* enum pol_use, as bits: what its contexts were used for, or may have been */
		uint32_t age;	/* the most at which one was used */
	} terms;
};

struct suggesting {
	struct replay *replay;
	struct out *out;
	struct model_list groups;
	struct model_list unscripted; /* programs whose scripts are not all known */
	bool programs;		      /* all are known */
	bool nameless;		      /* the peers of some group are not asked for */
	uint32_t ways;		      /* to credentials, as bits of enum pol_use */
	bool failed;		      /* no memory */
};

static const struct {
	const char *kind, *name, *number;
} names[] = {
#define NAME(kind, name, number) {kind, name, number},
#include "policy/names.def"
};

/* The name of a mechanism, or of this encryption type and no other. NULL: there is none. */
static const char *name_of_number(const char *kind, const char *number)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t same = 0;

		if (strcmp(names[i].kind, kind) || strcmp(names[i].number, number))
			continue;
		if (!strcmp(kind, "mechanism"))
			return names[i].name; /* the others are the same one */
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			same += !strcmp(names[j].kind, kind) && !strcmp(names[j].name, names[i].name);
		if (same == 1)
			return names[i].name;
	}
	return NULL;
}

static struct model_text text_of(const char *text)
{
	return (struct model_text){text, strlen(text)};
}

static bool add_number(struct bag *bag, const char *kind, const char *number, const struct replay_case *c)
{
	const char *name = name_of_number(kind, number);

	return bag_add(bag, text_of(name ? name : number), c);
}

static bool add_enctype(struct bag *bag, uint32_t enctype, const struct replay_case *c)
{
	char number[12];

	snprintf(number, sizeof(number), "%u", enctype);
	return add_number(bag, "enctype", number, c);
}

/* Whether a policy can have the peer's name: it is known whole, and somebody's. */
static bool has_name(struct model_text peer, const struct replay_case *c)
{
	bool anonymous = c->is.role == POL_ACCEPTOR && c->is.flags_granted & ANONYMOUS;

	return peer.at && peer.length && peer.length < NAME_MOST && !memchr(peer.at, 0, peer.length) &&
	       !anonymous && !pol_anonymous(peer.at) &&
	       bag_holds("gss: {peers: {allow: [", peer, c->is.kerberos ? BAG_PRINCIPAL : BAG_TEXT, "]}}\n");
}

static bool take_terms(struct group_terms *terms, const struct replay_case *c)
{
	struct model_text peer = c->texts[c->is.role == POL_ACCEPTOR ? CASE_INITIATOR : CASE_ACCEPTOR];
	struct pol_facts facts = {.mech = c->texts[CASE_MECH].at,
				  .mech_length = c->texts[CASE_MECH].length,
				  .kerberos = c->is.unanswered};
	char mechanism[POL_OID_TEXT];
	bool good = true;

	if (!c->is.unanswered)
		terms->flags = terms->count > terms->unanswered ? terms->flags & c->is.flags_granted
								: c->is.flags_granted;
	terms->count += c->count;
	terms->unanswered += c->is.unanswered ? c->count : 0;
	terms->traces |= c->traces;
	if (has_name(peer, c))
		good = bag_add(&terms->peers, peer, c);
	else
		terms->nameless = true;
	if (pol_mechanism(&facts, mechanism))
		good &= add_number(&terms->mechanisms, "mechanism", mechanism, c);
	else
		terms->no_mechanism = true;
	if (c->is.ticket_enctype)
		good &= add_enctype(&terms->tickets, c->is.ticket_enctype, c);
	else
		terms->no_ticket = true;
	if (c->is.session_enctype)
		good &= add_enctype(&terms->sessions, c->is.session_enctype, c);
	else if (!c->is.unanswered)
		terms->no_session = true;
	terms->unbound |= !c->is.bound || (c->is.role == POL_INITIATOR && !c->is.bound_before);
	terms->asked |= (c->is.flags_requested & ASKS_TO_DELEGATE) != 0;
	terms->blind |= c->is.role == POL_INITIATOR && !c->is.has_calls;
	terms->constrained |= c->is.constrained;
	/* Where nobody answers it may have been, and work. */
	terms->delegated |= c->is.unanswered && c->is.flags_requested & ASKS_TO_DELEGATE;
	terms->delegated |= c->is.role == POL_ACCEPTOR ? c->is.delegated : c->is.flags_granted & DELEGATED;
	if (c->is.has_lifetime && (!terms->has_lifetime || c->is.lifetime < terms->lifetime))
		terms->lifetime = c->is.lifetime;
	terms->has_lifetime |= c->is.has_lifetime;
	return good;
}

static bool is_listed(const struct model_list *list, struct model_text text)
{
	struct model_key key;
	bool found;

	model_key_begin(&key);
	model_key_text(&key, text);
	found = model_node_find(list, &key);
	model_key_end(&key);
	return found;
}

static bool put_listed(struct model_list *list, struct model_text text)
{
	struct model_key key;
	bool made, good;

	model_key_begin(&key);
	model_key_text(&key, text);
	good = model_node_get(list, &key, sizeof(struct model_node), &made);
	model_key_end(&key);
	return good;
}

static bool holds(const char *key, struct model_text path)
{
	char before[40];

	snprintf(before, sizeof(before), "gss: {match: [{%s: ", key);
	return bag_holds(before, path, BAG_TEXT, ", delegation: allow}]}\n");
}

/* What all cases of a program have can be asked for; a rule in doubt would refuse the others. */
static void look_at_programs(struct suggesting *s)
{
	s->programs = true;
	for (const struct replay_case *c = s->replay->first; c; c = c->next) {
		const char *script = c->texts[CASE_SCRIPT].at;

		if (c->is.kind != CASE_CONTEXT || !case_came_about(c))
			continue;
		s->programs &= c->texts[CASE_PROGRAM].at && holds("program", c->texts[CASE_PROGRAM]);
		if (!script || *script != '/' || !holds("script", c->texts[CASE_SCRIPT]))
			s->failed |= !put_listed(&s->unscripted, c->texts[CASE_PROGRAM]);
	}
}

static struct group *group_of(struct suggesting *s, const struct replay_case *c, uint32_t role, bool make)
{
	struct model_text program = {0}, script = {0};
	struct group *group;
	struct model_key key;
	bool made = false;

	if (s->programs)
		program = c->texts[CASE_PROGRAM];
	if (program.at && !is_listed(&s->unscripted, program))
		script = c->texts[CASE_SCRIPT];
	model_key_begin(&key);
	model_key_text(&key, program);
	model_key_text(&key, script);
	model_key_number(&key, role);
	group = make ? model_node_get(&s->groups, &key, sizeof(*group), &made)
		     : model_node_find(&s->groups, &key);
	model_key_end(&key);
	if (made) {
		group->role = role;
		s->failed |= (program.at && !model_text_set(&group->program, program)) ||
			     (script.at && !model_text_set(&group->script, script));
	}
	s->failed |= make && !group;
	return group;
}

/* Of a context of which nothing is known it could be either role. */
static void take_use(struct suggesting *s, const struct replay_case *c)
{
	const uint32_t bit = 1u << c->is.use;

	if (c->is.use >= POL_BY_PASSWORD)
		s->ways |= bit;
	for (uint32_t role = POL_INITIATOR; c->is.use < POL_BY_PASSWORD && role <= POL_ACCEPTOR; role++) {
		struct group *group = !c->is.role || c->is.role == role ? group_of(s, c, role, false) : NULL;

		if (!group)
			continue;
		*(c->is.unsure ? &group->terms.unsure : &group->terms.used) |= bit;
		if (c->is.use == POL_GOES_ON && c->is.age != UINT32_MAX && c->is.age > group->terms.age)
			group->terms.age = c->is.age;
	}
}

static void gather(struct suggesting *s)
{
	struct group *group;

	for (const struct replay_case *c = s->replay->first; c && !s->failed; c = c->next)
		if (c->is.kind == CASE_CONTEXT && case_came_about(c) &&
		    (group = group_of(s, c, c->is.role, true)))
			s->failed |= !take_terms(&group->terms, c);
	for (const struct replay_case *c = s->replay->first; c && !s->failed; c = c->next)
		if (c->is.kind == CASE_USE && (c->is.unsure || case_came_about(c)))
			take_use(s, c);
}

static void look_at_group(void *entry, void *context)
{
	const struct group *group = entry;
	struct suggesting *s = context;

	s->nameless |= group->terms.nameless;
}

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

static bool put_endpoints(struct suggesting *s)
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

static void release(void *entry)
{
	struct group *group = entry;

	model_text_free(&group->program);
	model_text_free(&group->script);
	bag_free(&group->terms.peers);
	bag_free(&group->terms.mechanisms);
	bag_free(&group->terms.tickets);
	bag_free(&group->terms.sessions);
}

static void leave(void *entry)
{
	(void)entry;
}

bool replay_suggest_print(struct replay *replay, struct out *out)
{
	struct suggesting s = {.replay = replay, .out = out};

	look_at_programs(&s);
	gather(&s);
	model_each(&s.groups, look_at_group, &s);
	if (!s.failed) {
		put_head(&s);
		put_contexts(&s);
		s.failed = !put_endpoints(&s);
	}
	model_list_free(&s.groups, release);
	model_list_free(&s.unscripted, leave);
	return !s.failed;
}
