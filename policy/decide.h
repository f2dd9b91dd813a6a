/* SPDX-License-Identifier: MIT */
/*
 * What all judgements have in common. Linked into the shim.
 */
#ifndef POL_DECIDE_H
#define POL_DECIDE_H

#include "policy/image.h"
#include "policy/policy.h"
#include "policy/say.h"

/* Clears the verdict. Returns 1 when there is nothing to weigh: no policy, or a broken one. */
int pol_settled(const struct pol *pol, struct pol_verdict *verdict);

/* Puts down which rule decided; returns the sentence's beginning, "gss.peers.allow (policy line 12)". Nobody
 * asks why something is allowed, and it would cost more than to judge: there the sentence is left out. */
struct pol_say pol_decide(const struct pol *pol, struct pol_verdict *verdict, enum pol_action action,
			  const struct pol_rule *rule);

/* An item of a list of patterns that matches, or NULL: a plain text before a pattern, patterns in their
 * order. */
const struct pol_rule *pol_matching(const struct pol *pol, const struct pol_rule *list, const char *text);

#endif
