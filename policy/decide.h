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
/* What pol_judges_contexts asks of an image that can be used: once, since every handshake asks it. */
bool pol_asks_of_contexts(const struct pol *pol);
/* Has a rule a word about this topic? */
bool pol_asks_about(const struct pol *pol, enum pol_topic topic);

/* Puts down which rule decided; returns the sentence's beginning, "gss.peers.allow (policy line 12)". Nobody
 * asks why something is allowed, and it would cost more than to judge: there the sentence is left out. */
struct pol_say pol_decide(const struct pol *pol, struct pol_verdict *verdict, enum pol_action action,
			  const struct pol_rule *rule);

/* An item of a list of patterns that matches, or NULL: a plain text before a pattern, patterns in their
 * order. */
const struct pol_rule *pol_matching(const struct pol *pol, const struct pol_rule *list, const char *text);
/* Does an item match a name of a context's ends, which is a principal where it is Kerberos'? */
bool pol_item_matches(const struct pol *pol, const struct pol_facts *facts, const struct pol_rule *item,
		      const char *name);
/* The same of a list. */
const struct pol_rule *pol_matching_name(const struct pol *pol, const struct pol_facts *facts,
					 const struct pol_rule *list, const char *name);

/*
 * An item that a group of the initiator's matches; NULL: there is none, and *known says whether that is sure.
 * denies: it is a list of those who are refused.
 */
const struct pol_rule *pol_matching_group(const struct pol *pol, const struct pol_facts *facts,
					  const struct pol_rule *list, bool denies, bool *known);

/* Does what one key of a rule asks hold? A key that says something, and asks nothing, does. */
enum pol_holds { POL_HOLDS_NOT, POL_HOLDS, POL_MAY_HOLD };
enum pol_holds pol_key_holds(const struct pol *pol, const struct pol_rule *key,
			     const struct pol_facts *facts);

/*
 * The rule of a keyword that counts for a context: that of the first rule of gss.match which holds and has
 * the keyword, else the policy's own, else NULL. *doubt: such a rule before it of which it is not known
 * whether it holds, or NULL.
 */
const struct pol_rule *pol_in_force(const struct pol *pol, const struct pol_facts *facts, uint16_t keyword,
				    const struct pol_rule **doubt);

/* Of a rule that may hold: only the program or its script are not known, which no token tells. */
bool pol_stays_in_doubt(const struct pol *pol, const struct pol_rule *item, const struct pol_facts *facts);

/* Where such a rule might count, and nothing more will be known. */
enum pol_action pol_deny_doubtful(const struct pol *pol, struct pol_verdict *verdict,
				  const struct pol_rule *doubt);

/* Is it a keyword about what is done with contexts that are there? */
bool pol_is_of_use(uint16_t keyword);
/* By which keyword a use is judged. */
uint16_t pol_use_keyword(enum pol_use use);

/* The mechanism as a dotted object identifier. False: it is not known, or too long. */
#define POL_OID_TEXT 128
bool pol_mechanism(const struct pol_facts *facts, char out[POL_OID_TEXT]);
/* Is it the name of somebody who does not want to be known, or no name? */
bool pol_anonymous(const char *name);

#endif
