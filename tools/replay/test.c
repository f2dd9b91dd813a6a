/* SPDX-License-Identifier: MIT */
/* What a policy would have refused of all that traces hold: a total, rule by rule, and what is never used. */
#include "tools/replay/policies.h"
#include "tools/replay/tally.h"
#include "tools/replay/words.h"

#include <inttypes.h>
#include <string.h>

static const char *const counted[] = {
	[POL_ALLOW] = "allowed", [POL_DENY] = "refused", [POL_CHANGE] = "changed", [POL_INJECT] = "secured"};

static uint64_t shown_count(const struct tally_rule *rule)
{
	return rule->count[POL_DENY] + rule->count[POL_CHANGE];
}

static bool is_shown(const struct tally_rule *rule)
{
	return shown_count(rule) || rule->count[POL_ALLOW] || rule->count[POL_INJECT];
}

static const char *text_of(const struct tally *tally, const struct pol_rule *rule)
{
	const struct pol_keyword *k = pol_keyword(rule->keyword);

	return k->type == POL_T_PATTERNS && rule->kind == POL_ITEM ? pol_text(tally->pol->image, rule) : NULL;
}

static void print_rule_name(struct out *out, const struct tally *tally, const struct pol_rule *rule)
{
	const char *text = text_of(tally, rule);

	out_str(out, pol_keyword(rule->keyword)->path);
	out_str(out, " (line ");
	out_unsigned(out, rule->line);
	out_char(out, ')');
	if (text) {
		out_char(out, ' ');
		out_words(out, (const uint8_t *)text, strlen(text));
	}
}

static void print_total(struct out *out, const struct tally *tally)
{
	uint64_t refused = tally->count[POL_DENY];

	out_str(out, "Of ");
	words_judged(out, tally->contexts, pol_judges_uses(tally->pol) ? tally->uses : UINT64_MAX,
		     tally->endpoints);
	out_char(out, ' ');
	if (refused)
		out_unsigned(out, refused);
	else
		out_str(out, "none");
	out_str(out, " would have been refused");
	if (tally->failed) {
		out_str(out, ", of which ");
		out_unsigned(out, tally->failed);
		out_str(out, " failed anyway");
	}
	for (int action = POL_CHANGE; action <= POL_INJECT; action++) {
		if (!tally->count[action])
			continue;
		out_str(out, ", ");
		out_unsigned(out, tally->count[action]);
		out_char(out, ' ');
		out_str(out, counted[action]);
	}
	out_str(out, ".\n");
}

static void print_rule(struct out *out, const struct tally *tally, uint32_t number)
{
	static const int order[] = {POL_DENY, POL_CHANGE, POL_INJECT, POL_ALLOW};
	const struct tally_rule *rule = &tally->rules[number];
	const char *between = ": ";

	print_rule_name(out, tally, &tally->pol->image->rule[number - 1]);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!rule->count[order[i]])
			continue;
		out_str(out, between);
		out_unsigned(out, rule->count[order[i]]);
		out_char(out, ' ');
		out_str(out, counted[order[i]]);
		between = ", ";
	}
	out_char(out, '\n');
	for (unsigned i = 0; i < rule->example_count; i++) {
		const struct replay_case *c = rule->examples[i].c;

		out_str(out, "    ");
		words_example(out, c, rule->examples[i].example);
		if (c->count > CASE_EXAMPLES) {
			out_str(out, " (");
			out_unsigned(out, c->count);
			out_str(out, " times)");
		}
		out_str(out, "\n        ");
		out_safe(out, rule->examples[i].reason);
		out_char(out, '\n');
	}
}

struct unused {
	struct out *out;
	struct js *js;
	const struct tally *tally;
	bool any;
};

static void print_unused(void *context, const struct pol_rule *rule)
{
	struct unused *unused = context;

	out_str(unused->out, unused->any ? "    " : "Never used:\n    ");
	print_rule_name(unused->out, unused->tally, rule);
	out_char(unused->out, '\n');
	unused->any = true;
}

static void print(struct out *out, const struct replay_test *test, const struct tally *tally)
{
	struct unused unused = {.out = out, .tally = tally};

	print_total(out, tally);
	for (uint32_t number = 1; number <= tally->rule_count; number++)
		if (is_shown(&tally->rules[number]))
			print_rule(out, tally, number);
	tally_unused(tally, print_unused, &unused);
	words_missing(out, tally->pol, &test->replay, &tally->open);
}

static void rule_json(struct js *js, const struct tally *tally, const struct pol_rule *rule)
{
	js_set_string(js, "rule", pol_keyword(rule->keyword)->path);
	js_set_unsigned(js, "line", rule->line);
	js_set_string(js, "text", text_of(tally, rule));
}

static void counts_json(struct js *js, const uint64_t count[POL_INJECT + 1])
{
	js_key(js, "refused");
	js_unsigned(js, count[POL_DENY]);
	js_key(js, "changed");
	js_unsigned(js, count[POL_CHANGE]);
	js_key(js, "secured");
	js_unsigned(js, count[POL_INJECT]);
	js_key(js, "allowed");
	js_unsigned(js, count[POL_ALLOW]);
}

static void decided_json(struct js *js, const struct tally *tally, uint32_t number)
{
	const struct tally_rule *rule = &tally->rules[number];

	js_object(js);
	rule_json(js, tally, &tally->pol->image->rule[number - 1]);
	counts_json(js, rule->count);
	js_key(js, "examples");
	js_array(js);
	for (unsigned i = 0; i < rule->example_count; i++) {
		js_object(js);
		words_case_json(js, rule->examples[i].c, rule->examples[i].example);
		js_set_string(js, "reason", rule->examples[i].reason);
		js_object_end(js);
	}
	js_array_end(js);
	js_object_end(js);
}

static void unused_json(void *context, const struct pol_rule *rule)
{
	const struct unused *unused = context;

	js_object(unused->js);
	rule_json(unused->js, unused->tally, rule);
	js_object_end(unused->js);
}

static void print_json(struct out *out, const struct replay_test *test, const struct tally *tally)
{
	struct js js;
	struct unused unused = {.js = &js, .tally = tally};

	js_init(&js, out);
	js_object(&js);
	js_set_string(&js, "policy", test->name);
	js_key(&js, "contexts");
	js_unsigned(&js, tally->contexts);
	js_key(&js, "uses");
	js_unsigned(&js, tally->uses);
	js_key(&js, "endpoints");
	js_unsigned(&js, tally->endpoints);
	counts_json(&js, tally->count);
	js_key(&js, "failed");
	js_unsigned(&js, tally->failed);
	js_key(&js, "rules");
	js_array(&js);
	for (uint32_t number = 1; number <= tally->rule_count; number++)
		if (is_shown(&tally->rules[number]))
			decided_json(&js, tally, number);
	js_array_end(&js);
	js_key(&js, "unused");
	js_array(&js);
	tally_unused(tally, unused_json, &unused);
	js_array_end(&js);
	words_missing_json(&js, tally->pol, &test->replay, &tally->open);
	js_object_end(&js);
	js_line(&js);
}

bool replay_test_print(struct replay *replay, struct out *out)
{
	struct replay_test *test = (struct replay_test *)replay;
	struct tally tally;
	bool memory = tally_of(&tally, test->pol, replay);

	if (memory)
		(test->json ? print_json : print)(out, test, &tally);
	test->refused = tally.count[POL_DENY];
	test->failed = tally.failed;
	tally_free(&tally);
	return memory;
}
