/* SPDX-License-Identifier: MIT */
/*
 * Topic by topic: which rule decides, and why, also where it lets pass, of which a host is told nothing.
 */
#include "tools/replay/explain.h"

#include "policy/decide.h"

#include <string.h>

#define KEYWORDS 4

/* What a topic is called, its keywords, the one that counts first, and the fact that it is about. */
static const struct topic {
	const char *name;
	uint16_t keywords[KEYWORDS];
	enum given_key fact;
} topics[POL_TOPICS] = {
	[POL_ABOUT_PEER] = {"the peer",
			    {POL_K_PEERS_DENY, POL_K_PEERS_ALLOW, POL_K_PEERS_DENY_GROUPS,
			     POL_K_PEERS_ALLOW_GROUPS},
			    GIVEN_PEER},
	[POL_ABOUT_MECHANISM] = {"the mechanism", {POL_K_MECHANISMS}, GIVEN_MECHANISM},
	[POL_ABOUT_FLAGS] = {"what is granted", {POL_K_REQUIRE_FLAGS}, GIVEN_FLAGS},
	[POL_ABOUT_TICKET] = {"the ticket's encryption type", {POL_K_ENCTYPES_TICKET}, GIVEN_TICKET},
	[POL_ABOUT_SESSION] = {"the session key's encryption type", {POL_K_ENCTYPES_SESSION}, GIVEN_SESSION},
	[POL_ABOUT_BINDINGS] = {"channel bindings", {POL_K_BINDINGS}, GIVEN_BOUND},
	[POL_ABOUT_LIFETIME] = {"the lifetime", {POL_K_LIFETIME}, GIVEN_LIFETIME},
	[POL_ABOUT_STORE] = {"the ticket cache or keytab", {POL_K_STORES_ALLOW}, GIVEN_STORE},
	[POL_ABOUT_CONSTRAINED] = {"constrained delegation", {POL_K_CONSTRAINED}, GIVEN_DELEGATED},
	[POL_ABOUT_DELEGATION] = {"delegation", {POL_K_DELEGATION}, GIVEN_DELEGATED},
};

struct explaining {
	struct out *out;
	const struct pol *pol;
	const struct given *given;
	struct pol_facts facts;
	unsigned silent; /* topics that no rule is about, as bits */
	bool refused, changed;
};

static void say(struct explaining *e, const char *text)
{
	out_safe(e->out, text);
}

static void end_line(struct explaining *e)
{
	out_char(e->out, '\n');
}

static void say_line(struct explaining *e, const struct pol_rule *rule)
{
	say(e, pol_keyword(rule->keyword)->path);
	say(e, " (policy line ");
	out_unsigned(e->out, rule->line);
	say(e, ")");
}

/* The rule for some contexts that this one stands in; NULL: it is for all. */
static const struct pol_rule *record_of(const struct pol *pol, const struct pol_rule *rule)
{
	const struct pol_rule *list = pol->rule[POL_K_MATCH];

	for (const struct pol_rule *item = list ? list + 1 : NULL; list && item < pol_next(list);
	     item = pol_next(item))
		if (rule > item && rule < pol_next(item))
			return item;
	return NULL;
}

static void say_record(struct explaining *e, const struct pol_rule *rule)
{
	const struct pol_rule *record = record_of(e->pol, rule);

	if (!record)
		return;
	say(e, ", in the rule of gss.match at line ");
	out_unsigned(e->out, record->line);
}

static void say_value(struct explaining *e, const struct topic *topic)
{
	const char *value = e->given->words[topic->fact];

	say(e, topic->name);
	if (!value)
		return;
	say(e, " ");
	say(e, value);
}

static const struct pol_rule *numbered(const struct pol *pol, uint32_t number)
{
	return &pol->image->rule[number - 1];
}

/* By an item of a list, or since the rule that counts has nothing against it. */
static void say_allowed(struct explaining *e, const struct topic *topic, const struct pol_verdict *verdict)
{
	const struct pol_rule *rule = verdict->number ? numbered(e->pol, verdict->number) : NULL, *doubt;
	const char *text = rule && rule->kind == POL_ITEM ? pol_text(e->pol->image, rule) : NULL;
	bool later = e->facts.moment == POL_BEFORE_TOKEN && !e->given->words[topic->fact];

	for (int i = 0; i < KEYWORDS && !rule && topic->keywords[i]; i++)
		rule = pol_in_force(e->pol, &e->facts, topic->keywords[i], &doubt);
	say_line(e, rule);
	if (text) {
		say(e, " ");
		say(e, text);
	}
	say(e, verdict->number ? " allows "
	       : later	       ? " will look, once it is known, at "
			       : " has nothing against ");
	say_value(e, topic);
	say_record(e, rule);
	end_line(e);
}

static bool is_ruled(const struct explaining *e, const struct topic *topic)
{
	const struct pol_rule *doubt;

	for (int i = 0; i < KEYWORDS && topic->keywords[i]; i++)
		if (pol_in_force(e->pol, &e->facts, topic->keywords[i], &doubt) || doubt)
			return true;
	return false;
}

static void say_verdict(struct explaining *e, const struct topic *topic, const struct pol_verdict *verdict)
{
	if (verdict->action == POL_ALLOW) {
		say_allowed(e, topic, verdict);
		return;
	}
	say(e, e->facts.moment == POL_BEFORE_TOKEN ? "before a token leaves, " : "");
	say(e, verdict->reason);
	if (verdict->number)
		say_record(e, numbered(e->pol, verdict->number));
	end_line(e);
	e->refused |= verdict->action == POL_DENY;
	e->changed |= verdict->action == POL_CHANGE;
}

/* Of delegation nothing is said where there is none. */
static bool is_at_hand(const struct explaining *e, enum pol_topic id)
{
	if (id == POL_ABOUT_CONSTRAINED)
		return e->facts.constrained;
	return id != POL_ABOUT_DELEGATION || e->facts.delegated || e->facts.flags_requested;
}

static void explain_topic(struct explaining *e, enum pol_topic id)
{
	const struct topic *topic = &topics[id];
	enum pol_moment given = e->given->facts.moment;
	struct pol_verdict verdict;

	/* What an initiator is refused before its token leaves does not come to more. */
	e->facts.moment = given ? given : POL_BEFORE_TOKEN;
	pol_judge(e->pol, &e->facts, id, &verdict);
	if (!given && (e->facts.role != POL_INITIATOR || verdict.action == POL_ALLOW)) {
		e->facts.moment = POL_ESTABLISHED;
		pol_judge(e->pol, &e->facts, id, &verdict);
	}
	if (verdict.action == POL_ALLOW && verdict.waits) {
		say(e, "it is not known yet which rule counts for ");
		say(e, topic->name ? topic->name : "the rest");
		end_line(e);
	} else if (verdict.action != POL_ALLOW || (topic->name && is_ruled(e, topic))) {
		if (verdict.action != POL_ALLOW || is_at_hand(e, id))
			say_verdict(e, topic, &verdict);
	} else if (topic->name) {
		e->silent |= 1u << id;
	}
}

static void say_silent(struct explaining *e)
{
	const char *between = "no rule is about ";

	for (int id = 0; id < POL_TOPICS; id++) {
		if (!(e->silent >> id & 1))
			continue;
		say(e, between);
		say(e, topics[id].name);
		between = ", ";
	}
	if (e->silent)
		end_line(e);
}

static void explain_endpoint(struct explaining *e)
{
	struct pol_endpoint facts = e->given->endpoint;
	struct pol_verdict verdict;

	if (facts.plaintext > 0) {
		enum pol_action action = pol_judge_plaintext(e->pol, &verdict);

		say(e, verdict.reason);
		if (action != POL_ALLOW)
			end_line(e);
		e->refused |= action == POL_DENY;
		e->changed |= action == POL_CHANGE;
		facts.plaintext = action == POL_ALLOW;
	}
	pol_judge_endpoint(e->pol, &facts, &verdict);
	if (verdict.action != POL_ALLOW) {
		say(e, verdict.reason);
	} else if (verdict.number) {
		say_line(e, numbered(e->pol, verdict.number));
		say(e, " allows ");
		say(e, facts.endpoint);
	} else {
		say(e, "no rule has anything against ");
		say(e, facts.endpoint);
	}
	end_line(e);
	e->refused |= verdict.action == POL_DENY;
}

static void say_not_given(struct explaining *e)
{
	const char *between = "Not given, and asked for by a rule: ";
	bool any = false;

	for (int key = 0; key < GIVEN_KEYS; key++) {
		if (e->given->words[key] || !given_asked(e->pol, e->given, (enum given_key)key))
			continue;
		say(e, between);
		say(e, given_name((enum given_key)key));
		between = ", ";
		any = true;
	}
	if (any)
		end_line(e);
}

bool explain(const struct pol *pol, const struct given *given, struct out *out)
{
	struct explaining e = {.out = out, .pol = pol, .given = given, .facts = given->facts};

	if (given->is_endpoint)
		explain_endpoint(&e);
	for (int id = 0; !given->is_endpoint && id < POL_TOPICS; id++)
		explain_topic(&e, (enum pol_topic)id);
	say_silent(&e);
	say_not_given(&e);
	say(&e, e.refused ? "Refused" : e.changed ? "Changed" : "Allowed");
	say(&e, (e.refused || e.changed) && !pol_enforces(pol) ? "; mode: audit only records it." : ".");
	end_line(&e);
	return e.refused;
}
