/* SPDX-License-Identifier: MIT */
/*
 * What a refusal looks like to who asks GSSAPI about it. A minor status has room for the rule's number alone,
 * and the policy may be replaced before somebody asks: of the last refusals it is kept what their numbers
 * stood for.
 */
#include "policy/image.h"
#include "shim/core/policy.h"
#include "shim/core/text.h"

#include <string.h>

#define KEPT 256
#define NUMBER(minor) ((minor)&0xffff)

static uint64_t kept[KEPT]; /* by number: that, the keyword's id, and the line */

static uint16_t keyword_of(const char *path)
{
	const struct pol_keyword *k = pol_keywords;

	while (k->id && (!path || strcmp(k->path, path)))
		k++;
	return k->id;
}

OM_uint32 tap_refuse_gss(const struct pol_verdict *verdict, OM_uint32 *minor_status)
{
	uint64_t number = NUMBER(verdict->number);

	__atomic_store_n(&kept[number % KEPT],
			 number << 48 | (uint64_t)keyword_of(verdict->rule) << 32 | verdict->line,
			 __ATOMIC_RELAXED);
	if (minor_status)
		*minor_status = TAP_MINOR_BASE | (OM_uint32)number;
	return GSS_S_UNAUTHORIZED;
}

/* Which rule it was. False: it is not known any more, or it was none. */
static bool find(uint32_t number, const char **rule, uint32_t *line)
{
	uint64_t known = __atomic_load_n(&kept[number % KEPT], __ATOMIC_RELAXED);
	const struct pol_keyword *keyword = pol_keyword(known >> 32 & 0xffff);
	const struct pol *policy;
	bool found;

	if (known >> 48 == number && keyword) {
		*rule = keyword->path;
		*line = (uint32_t)known;
		return true;
	}
	if (tap_policy_has_changed())
		return false;
	policy = tap_policy_take();
	found = !pol_rule_by_number(policy, number, rule, line);
	tap_policy_give(policy);
	return found;
}

/* False: there is a policy that can be used. */
static bool tell_broken(char *out, size_t size)
{
	const struct pol *policy = tap_policy_take();
	bool broken = policy->state == POL_BROKEN;

	if (broken) {
		tap_append(out, size, ", which cannot be used: ");
		tap_append(out, size, policy->broken);
	}
	tap_policy_give(policy);
	return broken;
}

/* Its file, of the policy that it was refused by, where that is certain. */
static void tell_source(char *out, size_t size)
{
	const struct pol *policy;

	if (tap_policy_has_changed())
		return;
	policy = tap_policy_take();
	if (pol_source(policy)) {
		tap_append(out, size, " of ");
		tap_append(out, size, pol_source(policy));
	}
	tap_policy_give(policy);
}

bool tap_refusal_text(OM_uint32 minor, char *out, size_t size)
{
	const char *rule = NULL;
	uint32_t line = 0;

	if ((minor & 0xffff0000u) != TAP_MINOR_BASE || !tap_has_policy)
		return false;
	tap_copy(out, size, "refused by the gsstap policy");
	if (tell_broken(out, size) || !find(NUMBER(minor), &rule, &line))
		return true;
	tap_append(out, size, ": ");
	tap_append(out, size, rule);
	if (line) {
		tap_append(out, size, ", line ");
		tap_append_number(out, size, line);
		tell_source(out, size);
	}
	return true;
}
