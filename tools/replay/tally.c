/* SPDX-License-Identifier: MIT */
/* See tally.h. */
#include "tools/replay/tally.h"

#include "policy/decide.h"

#include <stdlib.h>
#include <string.h>

/* Of a context: which rule of each keyword counted for it. */
static void take_force(struct tally *tally, const struct pol_facts *facts, uint16_t only)
{
	const struct pol_rule *rule, *doubt;

	for (const struct pol_keyword *k = pol_keywords; k->id; k++) {
		if (!tally->pol->asks[k->id] || strncmp(k->path, "gss.", 4) || pol_is_field(k) ||
		    k->id == POL_K_MATCH || (only && k->id != only))
			continue;
		rule = pol_in_force(tally->pol, facts, k->id, &doubt);
		if (rule)
			tally->rules[rule - tally->pol->image->rule + 1].in_force = true;
	}
}

struct hearing_for {
	struct tally *tally;
	uint64_t times;
};

static void hear(void *context, const struct hearing_of *hearing)
{
	const struct hearing_for *hearing_for = context;
	struct tally *tally = hearing_for->tally;
	const struct pol_verdict *verdict = hearing->verdict;

	if (!verdict) {
		take_force(tally, hearing->facts, hearing->keyword);
		return;
	}
	/* Before a token leaves and once more when it is there: what lets a context pass decides in the end.
	 */
	if (verdict->number && verdict->number <= tally->rule_count && verdict->action == POL_ALLOW &&
	    !(hearing->facts && hearing->facts->moment == POL_BEFORE_TOKEN))
		tally->rules[verdict->number].count[POL_ALLOW] += hearing_for->times;
}

static void take_examples(struct tally_rule *rule, const struct replay_case *c, const char *reason)
{
	for (unsigned i = 0; i < CASE_EXAMPLES && i < c->count && rule->example_count < TALLY_EXAMPLES; i++) {
		rule->examples[rule->example_count].c = c;
		rule->examples[rule->example_count].example = i;
		strcpy(rule->examples[rule->example_count++].reason, reason);
		if (c->count > CASE_EXAMPLES)
			break; /* it says how often */
	}
}

static uint64_t *count_of(struct tally *tally, const struct replay_case *c)
{
	if (case_is_endpoint(c))
		return &tally->endpoints;
	return c->is.kind == CASE_USE ? &tally->uses : &tally->contexts;
}

static void take(struct tally *tally, const struct replay_case *c)
{
	struct hearing_for context = {tally, c->count};
	struct replay_judged judged;
	struct tally_rule *rule;

	/* Uses of which the policy says nothing are none that were judged. */
	if (c->is.kind == CASE_USE && !pol_judges_use(tally->pol, (enum pol_use)c->is.use))
		return;
	replay_judge(tally->pol, c, &judged, hear, &context);
	if (judged.open) {
		*(c->is.kind == CASE_USE ? &tally->open.uses : &tally->open.groups) += c->count;
		return;
	}
	*count_of(tally, c) += c->count;
	tally->count[judged.action] += c->count;
	if (judged.action == POL_DENY && !case_came_about(c))
		tally->failed += c->count;
	if (judged.action == POL_ALLOW || judged.by.number > tally->rule_count)
		return;
	rule = &tally->rules[judged.by.number];
	rule->count[judged.action] += c->count;
	if (judged.action != POL_INJECT)
		take_examples(rule, c, judged.by.reason);
}

bool tally_of(struct tally *tally, const struct pol *pol, const struct replay *replay)
{
	*tally = (struct tally){.pol = pol, .rule_count = pol->image->rule_count};
	tally->rules = calloc(tally->rule_count + 1, sizeof(*tally->rules));
	for (const struct replay_case *c = replay->first; tally->rules && c; c = c->next)
		take(tally, c);
	return tally->rules;
}

void tally_free(struct tally *tally)
{
	free(tally->rules);
}

static bool decided(const struct tally *tally, uint32_t number)
{
	const struct tally_rule *rule = &tally->rules[number];

	return rule->count[POL_ALLOW] || rule->count[POL_DENY] || rule->count[POL_CHANGE] ||
	       rule->count[POL_INJECT];
}

/* One name may stand for several numbers, which are rules of one line. */
static bool line_decided(const struct tally *tally, const struct pol_rule *rule)
{
	const struct pol_image *image = tally->pol->image;
	bool names = !strcmp(pol_keyword(rule->keyword)->values, "enctype") ||
		     !strcmp(pol_keyword(rule->keyword)->values, "mechanism");

	for (uint32_t i = 1; names && i <= tally->rule_count; i++)
		if (image->rule[i - 1].keyword == rule->keyword && image->rule[i - 1].line == rule->line &&
		    decided(tally, i))
			return true;
	return decided(tally, (uint32_t)(rule - image->rule) + 1);
}

static bool counted_within(const struct tally *tally, uint32_t number, const struct pol_rule *rule)
{
	for (uint32_t i = 0; i <= rule->below; i++)
		if (tally->rules[number + i].in_force || decided(tally, number + i))
			return true;
	return false;
}

/* Items that a context or an endpoint can be decided by; what is judged elsewhere is not said to be unused.
 */
static bool may_decide(const struct pol_rule *rule)
{
	static const uint16_t keywords[] = {POL_K_PEERS_ALLOW,	   POL_K_PEERS_DENY,   POL_K_MECHANISMS,
					    POL_K_ENCTYPES_TICKET, POL_K_STORES_ALLOW, POL_K_ENCTYPES_SESSION,
					    POL_K_MATCH,	   POL_K_UNSECURED_OK, POL_K_INJECT};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (rule->kind == POL_ITEM && rule->keyword == keywords[i])
			return true;
	return false;
}

void tally_unused(const struct tally *tally, void (*visit)(void *context, const struct pol_rule *rule),
		  void *context)
{
	const struct pol_image *image = tally->pol->image;

	for (uint32_t i = 1; i <= tally->rule_count; i++) {
		const struct pol_rule *rule = &image->rule[i - 1];
		bool used;

		if (!may_decide(rule))
			continue;
		used = rule->keyword == POL_K_MATCH ? counted_within(tally, i, rule)
						    : line_decided(tally, rule);
		if (used)
			continue;
		visit(context, rule);
		i += rule->below;
	}
}
