/* SPDX-License-Identifier: MIT */
/*
 * See decide.h. A policy that cannot be used denies whatever it would have judged.
 */
#include "policy/decide.h"

#include <string.h>

/* Not by memset: most of it is room for a sentence, and this comes several times a handshake. */
static void clear(struct pol_verdict *verdict)
{
	verdict->action = POL_ALLOW;
	verdict->audit = 0;
	verdict->waits = false;
	verdict->rule = NULL;
	verdict->line = verdict->number = 0;
	verdict->reason[0] = 0;
	verdict->inject = (struct pol_inject){0};
}

int pol_settled(const struct pol *pol, struct pol_verdict *verdict)
{
	struct pol_say say;

	clear(verdict);
	if (pol->state == POL_READY)
		return 0;
	if (pol->state == POL_BROKEN) {
		verdict->action = POL_DENY;
		verdict->rule = "policy";
		say = pol_say_into(verdict->reason, sizeof(verdict->reason));
		pol_say(&say, "the policy cannot be used, so nothing it would judge is allowed: ");
		pol_say(&say, pol->broken);
	}
	return 1;
}

struct pol_say pol_decide(const struct pol *pol, struct pol_verdict *verdict, enum pol_action action,
			  const struct pol_rule *rule)
{
	struct pol_say say = pol_say_into(verdict->reason, sizeof(verdict->reason));

	verdict->action = action;
	verdict->rule = pol_keyword(rule->keyword)->path;
	verdict->line = rule->line;
	verdict->number = (uint32_t)(rule - pol->image->rule) + 1;
	verdict->audit = (action == POL_DENY || action == POL_CHANGE) && !pol_enforces(pol);
	if (action == POL_ALLOW)
		return say;
	pol_say(&say, verdict->rule);
	pol_say(&say, " (policy line ");
	pol_say_number(&say, rule->line);
	pol_say(&say, ")");
	return say;
}

enum pol_action pol_deny_doubtful(const struct pol *pol, struct pol_verdict *verdict,
				  const struct pol_rule *doubt)
{
	struct pol_say say = pol_decide(pol, verdict, POL_DENY, doubt);

	pol_say(&say, " may be about this context, and it is not known whether it is");
	return verdict->action;
}

/* Among the items of a list that are plain texts. */
static const struct pol_rule *look_up(const struct pol *pol, const struct pol_rule *list, const char *text)
{
	unsigned low = 0, high = list->word;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		int order = strcmp(pol_text(pol->image, list + 1 + middle), text);

		if (!order)
			return list + 1 + middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static const struct pol_rule *first_match(const struct pol *pol, const struct pol_rule *list,
					  const char *text,
					  int (*match)(const char *pattern, const char *text))
{
	const struct pol_rule *item = list ? look_up(pol, list, text) : NULL;

	for (unsigned i = list ? list->word : 0; list && !item && i < list->below; i++)
		if (match(pol_text(pol->image, list + 1 + i), text))
			item = list + 1 + i;
	return item;
}

const struct pol_rule *pol_matching(const struct pol *pol, const struct pol_rule *list, const char *text)
{
	return first_match(pol, list, text, pol_match);
}

static int (*matcher(const struct pol_facts *facts))(const char *, const char *)
{
	return facts->kerberos ? pol_match_principal : pol_match;
}

bool pol_item_matches(const struct pol *pol, const struct pol_facts *facts, const struct pol_rule *item,
		      const char *name)
{
	return matcher(facts)(pol_text(pol->image, item), name);
}

const struct pol_rule *pol_matching_name(const struct pol *pol, const struct pol_facts *facts,
					 const struct pol_rule *list, const char *name)
{
	return first_match(pol, list, name, matcher(facts));
}
