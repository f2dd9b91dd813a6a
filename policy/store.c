/* SPDX-License-Identifier: MIT */
/*
 * Where delegated credentials are put: gss.store, and how long they stay. Linked into the shim.
 */
#include "policy/decide.h"

#include <string.h>

int pol_stores(const struct pol *pol)
{
	return pol->state == POL_READY && pol->asks[POL_K_STORE];
}

enum pol_action pol_judge_store(const struct pol *pol, const struct pol_facts *facts, const char **place,
				struct pol_verdict *verdict)
{
	const struct pol_rule *rule, *doubt;
	struct pol_say say;

	if (pol_settled(pol, verdict) || !pol_stores(pol)) {
		verdict->action = POL_ALLOW;
		return POL_ALLOW;
	}
	rule = pol_in_force(pol, facts, POL_K_STORE, &doubt);
	if (doubt) {
		say = pol_decide(pol, verdict, POL_DENY, doubt);
		pol_say(&say, " may be about this context, and it is not known whether it is");
		return POL_DENY;
	}
	*place = rule ? pol_text(pol->image, rule) : "none";
	if (!strcmp(*place, "none"))
		return POL_ALLOW;
	if (pol_anonymous(facts->initiator.text) || facts->anonymous || !facts->initiator.whole) {
		say = pol_decide(pol, verdict, POL_DENY, rule);
		pol_say(&say, " keeps nothing of an initiator whose name is not known");
		return POL_DENY;
	}
	pol_decide(pol, verdict, POL_CHANGE, rule);
	return POL_CHANGE;
}

int pol_store_ends(const struct pol *pol, const struct pol_facts *facts)
{
	const struct pol_rule *rule, *doubt;

	if (pol->state != POL_READY)
		return 0;
	rule = pol_in_force(pol, facts, POL_K_STORE_REMOVE, &doubt);
	return rule && !doubt && rule->word == POL_W_WITH_CONTEXT;
}
