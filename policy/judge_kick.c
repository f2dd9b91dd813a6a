/* SPDX-License-Identifier: MIT */
/*
 * Who was cut off without a word about who may come in: contexts that were there before the kick are ended,
 * and those that come after it are not. Kicks are told apart by their numbers, so that one which many
 * processes see at different times, or which another has followed by then, counts once for each context.
 * Linked into the shim.
 */
#include "policy/decide.h"

static const struct pol_rule *kicks_of(const struct pol *pol)
{
	return pol->state == POL_READY ? pol->rule[POL_K_KICK] : NULL;
}

uint32_t pol_last_kick(const struct pol *pol)
{
	const struct pol_rule *list = kicks_of(pol);
	uint32_t last = 0;

	for (const struct pol_rule *item = list ? list + 1 : NULL; list && item < pol_next(list); item++)
		if (item->line > last)
			last = item->line;
	return last;
}

static enum pol_action deny(const struct pol *pol, const struct pol_rule *item, const char *name,
			    struct pol_verdict *verdict)
{
	struct pol_say say;

	pol_decide(pol, verdict, POL_DENY, item);
	verdict->line = 0; /* it stands in no source */
	say = pol_say_into(verdict->reason, sizeof(verdict->reason));
	pol_say(&say, "gsstap kick has cut off the peer ");
	pol_say_quoted(&say, name);
	return POL_DENY;
}

enum pol_action pol_judge_kick(const struct pol *pol, const struct pol_facts *facts, uint32_t since,
			       struct pol_verdict *verdict)
{
	const struct pol_name *peer = facts->role == POL_INITIATOR ? &facts->acceptor : &facts->initiator;
	const struct pol_rule *list = kicks_of(pol);

	if (!list || pol_settled(pol, verdict) || !peer->text || !peer->whole)
		return POL_ALLOW;
	for (const struct pol_rule *item = list + 1; item < pol_next(list); item++)
		if (item->line > since && pol_item_matches(pol, facts, item, peer->text))
			return deny(pol, item, peer->text, verdict);
	return POL_ALLOW;
}
