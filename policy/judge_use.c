/* SPDX-License-Identifier: MIT */
/*
 * What is done with security contexts that are there: from facts to a verdict, by the rules of an image that
 * pol_open has passed. Nothing more will be known of such a context, so a rule in doubt denies. Linked into
 * the shim.
 */
#include "policy/decide.h"

static const uint16_t keywords[POL_USES] = {
	[POL_WRAPS_BARE] = POL_K_UNPROTECTED,	  [POL_WRAPPED_BARE] = POL_K_UNPROTECTED,
	[POL_UNWRAPPED_BARE] = POL_K_UNPROTECTED, [POL_EXPORTS] = POL_K_EXPORT_CONTEXT,
	[POL_IMPORTS] = POL_K_IMPORT_CONTEXT,	  [POL_EXPORTS_LUCID] = POL_K_LUCID_EXPORT,
	[POL_ASKS_KEY] = POL_K_SESSION_KEY,	  [POL_GOES_ON] = POL_K_MAX_AGE,
	[POL_BY_PASSWORD] = POL_K_CREDENTIALS,	  [POL_BY_S4U] = POL_K_CREDENTIALS,
	[POL_BY_STORE] = POL_K_CREDENTIALS,	  [POL_BY_IMPORT] = POL_K_CREDENTIALS,
};

bool pol_is_of_use(uint16_t keyword)
{
	for (int use = 0; use < POL_USES; use++)
		if (keywords[use] == keyword)
			return true;
	return false;
}

uint16_t pol_use_keyword(enum pol_use use)
{
	return keywords[use];
}

int pol_judges_use(const struct pol *pol, enum pol_use use)
{
	return pol->state == POL_BROKEN || (pol->state == POL_READY && pol->asks[keywords[use]]);
}

int pol_judges_uses(const struct pol *pol)
{
	for (int use = 0; use < POL_USES; use++)
		if (pol_judges_use(pol, (enum pol_use)use))
			return 1;
	return 0;
}

static bool lets(const struct pol_rule *rule, const struct pol_facts *facts, enum pol_use use)
{
	static const uint16_t ways[POL_USES] = {[POL_BY_PASSWORD] = POL_W_PASSWORD,
						[POL_BY_S4U] = POL_W_S4U,
						[POL_BY_STORE] = POL_W_STORE,
						[POL_BY_IMPORT] = POL_W_IMPORT};

	if (use == POL_GOES_ON)
		return facts->age < rule->text;
	if (rule->kind != POL_LIST)
		return rule->word == POL_W_ALLOW;
	for (const struct pol_rule *item = rule + 1; item < pol_next(rule); item++)
		if (item->word == ways[use])
			return true;
	return false;
}

enum pol_action pol_judge_use(const struct pol *pol, const struct pol_facts *facts, enum pol_use use,
			      struct pol_verdict *verdict)
{
	static const char *const why[POL_USES] = {
		[POL_WRAPS_BARE] = " lets no message go without confidentiality",
		[POL_WRAPPED_BARE] = " lets no message go without confidentiality",
		[POL_UNWRAPPED_BARE] = " lets no message come without confidentiality",
		[POL_EXPORTS] = " lets no context be exported",
		[POL_IMPORTS] = " lets no context be imported",
		[POL_EXPORTS_LUCID] = " lets no keys of a context be exported",
		[POL_ASKS_KEY] = " lets nobody ask for a session key",
		[POL_GOES_ON] = " lets no context be used for longer than ",
		[POL_BY_PASSWORD] = " does not list credentials by password",
		[POL_BY_S4U] = " does not list credentials on behalf of somebody else (s4u)",
		[POL_BY_STORE] = " does not list credentials from a store of the program's",
		[POL_BY_IMPORT] = " does not list credentials that are imported",
	};
	const struct pol_rule *rule, *doubt;
	struct pol_say say;
	bool encrypts;

	if (pol_settled(pol, verdict))
		return verdict->action;
	rule = pol_in_force(pol, facts, keywords[use], &doubt);
	if (doubt)
		return pol_deny_doubtful(pol, verdict, doubt);
	if (!rule || lets(rule, facts, use))
		return POL_ALLOW;
	encrypts = use == POL_WRAPS_BARE && rule->word == POL_W_ENCRYPT;
	say = pol_decide(pol, verdict, encrypts ? POL_CHANGE : POL_DENY, rule);
	pol_say(&say,
		encrypts ? " encrypts a message that the program wraps without confidentiality" : why[use]);
	if (use == POL_GOES_ON) {
		pol_say_number(&say, rule->text);
		pol_say(&say, " seconds");
	}
	return verdict->action;
}

uint32_t pol_max_age(const struct pol *pol, const struct pol_facts *facts)
{
	const struct pol_rule *rule, *doubt;

	if (pol->state != POL_READY || !pol->asks[POL_K_MAX_AGE])
		return UINT32_MAX;
	rule = pol_in_force(pol, facts, POL_K_MAX_AGE, &doubt);
	return doubt ? 0 : rule ? rule->text : UINT32_MAX;
}
