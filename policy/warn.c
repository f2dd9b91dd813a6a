/* SPDX-License-Identifier: MIT */
/*
 * Warnings about a whole policy that is otherwise right: rules without effect, and a mode that refuses
 * nothing.
 */
#include "policy/draft.h"

#include <string.h>

static struct place of(const struct draft_rule *rule)
{
	return (struct place){rule->line, rule->column};
}

static const struct draft_rule *find(const struct draft *draft, uint16_t keyword)
{
	for (size_t i = 0; i < draft->count; i++)
		if (draft->rules[i].keyword->id == keyword && !draft->rules[i].record)
			return &draft->rules[i];
	return NULL;
}

/* Is the rule a pattern that judge.c compares texts with? */
static bool is_pattern(const struct draft_rule *rule)
{
	return rule->keyword->type == POL_T_PATTERN ||
	       (rule->keyword->type == POL_T_PATTERNS && rule->kind == POL_ITEM);
}

/* What stands before a later pattern: an earlier one of the same keyword, or of a list that wins over it. */
static bool comes_before(const struct draft_rule *earlier, const struct draft_rule *later)
{
	if (earlier->record != later->record)
		return false;
	if (earlier->keyword == later->keyword)
		return earlier < later;
	return (earlier->keyword->id == POL_K_PEERS_DENY && later->keyword->id == POL_K_PEERS_ALLOW) ||
	       (earlier->keyword->id == POL_K_PEERS_DENY_GROUPS &&
		later->keyword->id == POL_K_PEERS_ALLOW_GROUPS);
}

static bool covers_all(const struct draft_rule *earlier, const struct draft_rule *later)
{
	bool principal = !strcmp(later->keyword->values, "principal");

	return (principal ? draft_covers_principal : draft_covers)(earlier->text, later->text);
}

/* Compared pair by pair: a policy of 60,000 patterns would take minutes, so large ones are not looked at. */
#define PATTERNS_COMPARED 2000

static void warn_covered(const struct draft *draft, const struct draft_rule *later)
{
	for (const struct draft_rule *earlier = draft->rules; earlier < draft->rules + draft->count;
	     earlier++) {
		if (!is_pattern(earlier) || !comes_before(earlier, later) || !covers_all(earlier, later))
			continue;
		draft_warn(draft, of(later),
			   "%s: \"%s\" can never decide: \"%s\" on line %u (%s) matches all of it first",
			   later->keyword->path, later->text, earlier->text, earlier->line,
			   earlier->keyword->path);
		return;
	}
}

static void warn_unsecured(const struct draft *draft)
{
	const struct draft_rule *ok = find(draft, POL_K_UNSECURED_OK);
	const struct draft_rule *unsecured = find(draft, POL_K_UNSECURED);
	const struct draft_rule *plaintext = find(draft, POL_K_PLAINTEXT);

	if (ok && !(unsecured && unsecured->word == POL_W_REFUSE))
		draft_warn(draft, of(ok), "zmq.unsecured-ok has no effect without 'unsecured: refuse'");
	if (plaintext && plaintext->word == POL_W_ALLOW && unsecured && unsecured->word == POL_W_REFUSE)
		draft_warn(draft, of(plaintext),
			   "zmq.plaintext: allow lets GSSAPI without encryption pass 'unsecured: refuse'");
}

/* Some may pass all the same. */
static bool has_groups(const struct draft *draft, const struct draft_rule *list)
{
	for (const struct draft_rule *r = draft->rules; r < draft->rules + draft->count; r++)
		if (r->keyword->id == POL_K_PEERS_ALLOW_GROUPS && r->record == list->record)
			return true;
	return false;
}

static void warn_empty(const struct draft *draft)
{
	for (const struct draft_rule *r = draft->rules; r < draft->rules + draft->count; r++)
		if (r->keyword->id == POL_K_PEERS_ALLOW && r->kind == POL_LIST && !r->below &&
		    !has_groups(draft, r))
			draft_warn(draft, of(r), "gss.peers.allow is empty: every peer is refused");
}

void draft_warn_all(const struct draft *draft)
{
	const struct draft_rule *mode = find(draft, POL_K_MODE);

	if (mode && mode->word == POL_W_AUDIT)
		draft_warn(draft, of(mode), "mode: audit records what would be refused and refuses nothing");
	warn_unsecured(draft);
	warn_empty(draft);
	for (size_t i = 0; i < draft->count && draft->count <= PATTERNS_COMPARED; i++)
		if (is_pattern(&draft->rules[i]))
			warn_covered(draft, &draft->rules[i]);
}
