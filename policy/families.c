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
	switch (rule->kind) {
	case POL_SCALAR:
		return k->type != POL_T_SETTING && rule->word != POL_W_ALLOW && rule->word != POL_W_LIBZMQ &&
		       k->id != POL_K_STORE_REMOVE;
	case POL_LIST:
		/* also an empty one; of these one only takes from what another refuses, and others only say
		 * which contexts are meant */
		return k->type == POL_T_RECORDS
			       ? k->id != POL_K_MATCH && (rule->below > 0 || k->id == POL_K_AUTH)
			       : k->id != POL_K_UNSECURED_OK && k->id != POL_K_KICK && !pol_is_field(k);
	default:
		return 0;
	}
}

unsigned pol_families(const struct pol *pol)
{
	unsigned families = 0;

	if (pol->state != POL_READY)
		return pol->state == POL_BROKEN ? POL_FAMILY_GSS | POL_FAMILY_ZMQ : 0;
	for (uint32_t i = 0; i < pol->image->rule_count; i++) {
		const struct pol_rule *rule = &pol->image->rule[i];
		const struct pol_keyword *k = pol_keyword(rule->keyword);

		if (asks(k, rule))
			families |= strncmp(k->path, "gss.", 4) ? POL_FAMILY_ZMQ : POL_FAMILY_GSS;
	}
	return families;
}

/* Options are set by calls. */
int pol_by_address(const struct pol *pol)
{
	const struct pol_rule *plaintext = pol->rule[POL_K_PLAINTEXT];

	return pol->state == POL_READY && !pol->rule[POL_K_AUTH] &&
	       !(plaintext && asks(pol_keyword(POL_K_PLAINTEXT), plaintext));
}
