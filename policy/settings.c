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

int pol_ends(const struct pol *pol)
{
	const struct pol_rule *change = pol->state == POL_READY ? pol->rule[POL_K_ON_CHANGE] : NULL;

	return !change || change->word == POL_W_END;
}

const char *pol_source(const struct pol *pol)
{
	return pol->state == POL_READY ? pol_text(pol->image, pol->rule[POL_K_VERSION]) : NULL;
}

uint32_t pol_expires_ahead(const struct pol *pol)
{
	const struct pol_rule *ahead = pol->state == POL_READY ? pol->rule[POL_K_EXPIRES_AHEAD] : NULL;

	return ahead ? ahead->text : 3600;
}

int pol_serves_own(const struct pol *pol)
{
	const struct pol_rule *engine = pol->rule[POL_K_ENGINE];

	return pol_says_zmq(pol) && (!engine || engine->word == POL_W_WIRE);
}

int pol_accelerates(const struct pol *pol)
{
	const struct pol_rule *accelerate = pol->state == POL_READY ? pol->rule[POL_K_ACCELERATE] : NULL;

	return !accelerate || accelerate->word == POL_W_YES;
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
