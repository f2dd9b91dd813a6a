/* SPDX-License-Identifier: MIT */
/*
 * Which calls a policy has something to say about: what cannot be reached in a program, or followed in it,
 * matters only where a rule asks for it. It follows from a keyword's row: its path begins with the family,
 * and what is no setting refuses or changes something unless it says allow, or libzmq. Linked into the shim.
 */
#include "policy/image.h"
#include "policy/policy.h"

#include <string.h>

static int asks(const struct pol_keyword *k, const struct pol_rule *rule)
{
	if (!rule)
		return 0;
	switch (k->type) {
	case POL_T_SETTING:
		return 0;
	case POL_T_CHOICE:
		return rule->word != POL_W_ALLOW && rule->word != POL_W_LIBZMQ;
	case POL_T_RECORDS:
		return rule->below > 0;
	default: /* a list of patterns, also an empty one; of these one only takes from what another refuses
		  */
		return k->id != POL_K_UNSECURED_OK;
	}
}

unsigned pol_families(const struct pol *pol)
{
	unsigned families = 0;

	if (pol->state != POL_READY)
		return pol->state == POL_BROKEN ? POL_FAMILY_GSS | POL_FAMILY_ZMQ : 0;
	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (asks(k, pol->rule[k->id]))
			families |= strncmp(k->path, "gss.", 4) ? POL_FAMILY_ZMQ : POL_FAMILY_GSS;
	return families;
}

/* Options are set by calls. */
int pol_by_address(const struct pol *pol)
{
	const struct pol_rule *plaintext = pol->rule[POL_K_PLAINTEXT];

	return pol->state == POL_READY && !(plaintext && asks(pol_keyword(POL_K_PLAINTEXT), plaintext));
}
