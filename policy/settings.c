/* SPDX-License-Identifier: MIT */
/*
 * What a policy sets, and has rules for: asked once, not for each call. Linked into the shim.
 */
#include "policy/image.h"
#include "policy/policy.h"

#include <string.h>

int pol_enforces(const struct pol *pol)
{
	const struct pol_rule *mode;

	if (pol->state != POL_READY)
		return pol->state == POL_BROKEN;
	mode = pol->rule[POL_K_MODE];
	return !mode || mode->word == POL_W_ENFORCE;
}

int pol_capture(const struct pol *pol)
{
	static const uint16_t levels[] = {POL_W_OFF,	POL_W_AUDIT,	POL_W_CALLS,
					  POL_W_TOKENS, POL_W_MESSAGES, POL_W_PAYLOAD};
	const struct pol_rule *capture = pol->state == POL_READY ? pol->rule[POL_K_CAPTURE] : NULL;

	for (int i = 0; capture && i < (int)(sizeof(levels) / sizeof(*levels)); i++)
		if (levels[i] == capture->word)
			return i;
	return -1;
}

static unsigned repair(uint16_t word)
{
	switch (word) {
	case POL_W_ALL:
		return POL_REPAIR_ALL;
	case POL_W_ZAP:
		return POL_REPAIR_ZAP;
	case POL_W_LEAK:
		return POL_REPAIR_LEAK;
	case POL_W_SUBSCRIPTIONS:
		return POL_REPAIR_SUBSCRIPTIONS;
	case POL_W_ABORT:
		return POL_REPAIR_ABORT;
	case POL_W_CREDENTIALS:
		return POL_REPAIR_CREDENTIALS;
	case POL_W_HANDSHAKE:
		return POL_REPAIR_HANDSHAKE;
	default:
		return 0;
	}
}

unsigned pol_repairs(const struct pol *pol)
{
	return pol->state == POL_READY ? pol->repairs : 0;
}

unsigned pol_repairs_of(const struct pol_rule *list)
{
	unsigned repairs = 0;

	if (!list)
		return POL_REPAIR_ALL;
	for (unsigned i = 1; i <= list->below; i++)
		repairs |= repair(list[i].word);
	return repairs;
}

int pol_speaks(const struct pol *pol)
{
	const struct pol_rule *engine = pol->state == POL_READY ? pol->rule[POL_K_ENGINE] : NULL;

	return engine && engine->word == POL_W_WIRE;
}

int pol_accelerates(const struct pol *pol)
{
	const struct pol_rule *accelerate = pol->state == POL_READY ? pol->rule[POL_K_ACCELERATE] : NULL;

	return !accelerate || accelerate->word == POL_W_YES;
}

int pol_prefetch(const struct pol *pol)
{
	const struct pol_rule *prefetch = pol->state == POL_READY ? pol->rule[POL_K_PREFETCH] : NULL;

	return prefetch && prefetch->word == POL_W_YES;
}

int pol_injects(const struct pol *pol)
{
	const struct pol_rule *list = pol->state == POL_READY ? pol->rule[POL_K_INJECT] : NULL;

	return list && list->below > 0;
}

int pol_judges_endpoints(const struct pol *pol)
{
	const struct pol_rule *unsecured = pol->state == POL_READY ? pol->rule[POL_K_UNSECURED] : NULL;

	return pol->state == POL_BROKEN || pol_injects(pol) || (unsecured && unsecured->word == POL_W_REFUSE);
}

uint32_t pol_rule_number(const struct pol *pol, const struct pol_verdict *verdict)
{
	(void)pol;
	return verdict->number;
}

int pol_rule_by_number(const struct pol *pol, uint32_t number, const char **rule, uint32_t *line)
{
	const struct pol_rule *r;

	if (pol->state != POL_READY || !number || number > pol->image->rule_count)
		return -1;
	r = &pol->image->rule[number - 1];
	*rule = pol_keyword(r->keyword)->path;
	*line = r->line;
	return 0;
}
