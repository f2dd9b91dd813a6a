/* SPDX-License-Identifier: MIT */
/*
 * Which calls a policy has something to say about. For the tools: what cannot be reached in a program matters
 * only where a rule asks for it. A setting that refuses and changes nothing asks for no call.
 */
#include "policy/image.h"
#include "policy/policy.h"

static int says_other_than(const struct pol_image *image, uint16_t keyword, uint16_t allow)
{
	const struct pol_rule *rule = pol_find(image, keyword);

	return rule && rule->word != allow;
}

/* Repairs count where they are asked for: without a word all are on, and most programs need none. */
static int asks_for_repairs(const struct pol_image *image)
{
	const struct pol_rule *list = pol_find(image, POL_K_REPAIRS);

	return list && list->below && list[1].word != POL_W_NOTHING;
}

unsigned pol_families(const struct pol *pol)
{
	const struct pol_image *image = pol->image;
	unsigned families = 0;

	if (pol->state != POL_READY)
		return pol->state == POL_BROKEN ? POL_FAMILY_GSS | POL_FAMILY_ZMQ : 0;
	if (pol_judges_peers(pol) || says_other_than(image, POL_K_DELEGATION, POL_W_ALLOW))
		families |= POL_FAMILY_GSS;
	if (pol_injects(pol) || says_other_than(image, POL_K_UNSECURED, POL_W_ALLOW) ||
	    says_other_than(image, POL_K_PLAINTEXT, POL_W_ALLOW) || asks_for_repairs(image))
		families |= POL_FAMILY_ZMQ;
	return families;
}
