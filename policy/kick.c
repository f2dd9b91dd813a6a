/* SPDX-License-Identifier: MIT */
/*
 * A compiled policy with one kick more: everything else in it stays as it is. Kicks before it stay too, for a
 * program that has nothing to say sees them late; their numbers keep those who came back from being hit by
 * them again.
 */
#include "policy/compile.h"
#include "policy/draft.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_FOR (30 * 86400) /* seconds, in which a context may well say nothing */

int pol_may_kick(const char *pattern, struct pol_complaints *complaints)
{
	struct draft draft = {.name = pattern, .complaints = complaints};
	bool may;

	if (strpbrk(pattern, "@*?[\\"))
		draft_add_texts(&draft, pol_keyword(POL_K_KICK), POL_ITEM, pattern, strlen(pattern),
				(struct place){0}, (struct place){0});
	else
		draft_error(&draft, (struct place){0},
			    "principals come with their realm; write %s@REALM, or %s@* for any", pattern,
			    pattern);
	may = !draft.errors;
	draft_free(&draft);
	return may;
}

static void copy(struct draft *draft, const struct pol *pol, const struct pol_rule *rule)
{
	const struct pol_keyword *k = pol_keyword(rule->keyword);
	bool counts = k->type == POL_T_DURATION || k->type == POL_T_NUMBER;
	const char *text = counts ? NULL : pol_text(pol->image, rule);
	struct draft_rule *new =
		draft_add(draft, k, (enum pol_kind)rule->kind, (struct place){rule->line, 0});

	new->below = rule->below;
	new->seconds = counts ? rule->text : 0;
	/* The plain texts of a list are counted anew. */
	new->word = k->type == POL_T_PATTERNS ? 0 : rule->word;
	if (text && !(new->text = strdup(text)))
		abort(); /* a tool without memory has nothing left to say */
}

static void copy_rules(struct draft *draft, const struct pol *pol)
{
	const struct pol_rule *end = pol->image->rule + pol->image->rule_count,
			      *kicks = pol->rule[POL_K_KICK];

	for (const struct pol_rule *r = pol->image->rule; r < end; r++) {
		if (r == kicks)
			r = pol_next(r);
		if (r < end)
			copy(draft, pol, r);
	}
}

static bool has(const struct draft *draft, size_t from, size_t to, const char *text)
{
	for (size_t i = from; i < to; i++)
		if (!strcmp(draft->rules[i].text, text))
			return true;
	return false;
}

/* Those that are not among the new ones, which begin at from. */
static void copy_kicks(struct draft *draft, const struct pol *pol, size_t from, uint32_t now)
{
	const struct pol_rule *list = pol->rule[POL_K_KICK];
	size_t to = draft->count;

	for (const struct pol_rule *item = list ? list + 1 : NULL; list && item < pol_next(list); item++)
		if ((uint64_t)item->line + KEPT_FOR >= now &&
		    !has(draft, from, to, pol_text(pol->image, item)))
			copy(draft, pol, item);
}

int pol_add_kick(const struct pol *pol, const struct pol *kicks, const char *pattern, uint32_t now,
		 void **image, size_t *len, struct pol_complaints *complaints)
{
	const struct pol_keyword *k = pol_keyword(POL_K_KICK);
	uint32_t last = pol_last_kick(kicks);
	struct draft draft = {.name = "the policy", .complaints = complaints};
	size_t head;
	int status;

	if (pattern && last == UINT32_MAX)
		draft_error(&draft, (struct place){0},
			    "no kick can be numbered any more, since the clock was years ahead at one; put a "
			    "newly compiled one there by mv");
	copy_rules(&draft, pol);
	head = draft.count;
	draft_add(&draft, k, POL_LIST, (struct place){0});
	if (pattern)
		draft_add_texts(&draft, k, POL_ITEM, pattern, strlen(pattern), (struct place){0},
				(struct place){now > last ? now : last + 1, 0});
	copy_kicks(&draft, kicks, head + 1, now);
	draft.rules[head].below = draft.count - head - 1;
	status = draft.errors ? -1 : draft_build(&draft, image, len);
	draft_free(&draft);
	return status;
}
