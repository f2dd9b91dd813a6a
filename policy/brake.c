/* SPDX-License-Identifier: MIT */
/* What zmq.brake says of peers that keep failing. Linked into the shim. */
#include "policy/decide.h"

/* As fail2ban has them. */
#define MOST 5u
#define WITHIN 600u
#define HOLD 600u

static const uint16_t keywords[] = {POL_K_BRAKE_MAX_RETRY, POL_K_BRAKE_FIND_TIME, POL_K_BRAKE_BAN_TIME,
				    POL_K_BRAKE_IGNORE_IP};

/* Any of its keywords; NULL: it is not set. */
static const struct pol_rule *rule_of(const struct pol *pol)
{
	if (pol->state != POL_READY)
		return NULL;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (pol->rule[keywords[i]])
			return pol->rule[keywords[i]];
	return NULL;
}

/* Whoever has compiled it. */
static uint32_t number(const struct pol *pol, uint16_t keyword, uint32_t otherwise)
{
	const struct pol_rule *rule = pol->rule[keyword];

	return rule && rule->text ? rule->text : otherwise;
}

int pol_brakes(const struct pol *pol)
{
	return rule_of(pol) != NULL;
}

struct pol_brake pol_brake(const struct pol *pol)
{
	const struct pol_rule *rule = rule_of(pol);
	struct pol_brake brake = {0};

	if (!rule)
		return brake;
	brake.most = number(pol, POL_K_BRAKE_MAX_RETRY, MOST);
	brake.most = brake.most < POL_BRAKE_MOST ? brake.most : POL_BRAKE_MOST;
	brake.within = number(pol, POL_K_BRAKE_FIND_TIME, WITHIN);
	brake.hold = number(pol, POL_K_BRAKE_BAN_TIME, HOLD);
	brake.audit = !pol_enforces(pol);
	brake.rule = pol_keyword(rule->keyword)->path;
	brake.line = rule->line;
	return brake;
}

int pol_brake_ignores(const struct pol *pol, const char *address)
{
	const struct pol_rule *list = pol->state == POL_READY ? pol->rule[POL_K_BRAKE_IGNORE_IP] : NULL;

	for (const struct pol_rule *item = list ? list + 1 : NULL; list && item < pol_next(list); item++)
		if (pol_match_address(pol_text(pol->image, item), address))
			return 1;
	return 0;
}
