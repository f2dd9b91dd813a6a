/* SPDX-License-Identifier: MIT */
/* One question of a ZAP client, answered. */
#include "shim/auth/auth.h"

#include "shim/core/text.h"

#include <string.h>

static const char *prove(const struct pol_proof *proof, const struct pol_visitor *visitor,
			 const struct tap_credentials *credentials, struct tap_auth_room *room,
			 struct tap_auth_answer *answer)
{
	const char *why;

	answer->status = 400;
	if (!strcmp(visitor->mechanism, "PLAIN")) {
		if (!credentials->user || !credentials->password)
			return " was asked without a user and a password that are texts";
		why = tap_plain_why_not(proof->plain, credentials->user, credentials->password, room,
					&answer->status);
		if (!why)
			tap_copy(answer->user, sizeof(answer->user), credentials->user);
		return why;
	}
	if (!strcmp(visitor->mechanism, "CURVE")) {
		if (!credentials->key)
			return " was asked without a key";
		return tap_curve_why_not(proof->curve, proof->user_id, credentials->key, room, answer->user,
					 sizeof(answer->user), &answer->status);
	}
	tap_copy(answer->user, sizeof(answer->user), visitor->principal ? visitor->principal : "anonymous");
	return NULL;
}

void tap_auth_decide(const struct pol *pol, uint32_t rule, const struct pol_visitor *visitor,
		     const struct tap_credentials *credentials, struct tap_auth_room *room,
		     struct tap_auth_answer *answer)
{
	const struct pol_proof proof = pol_auth_proof(pol, rule);
	const char *why;

	answer->status = 400;
	answer->user[0] = 0;
	if (pol_judge_visitor(pol, rule, visitor, &answer->verdict) == POL_DENY)
		return;
	/* Who is asked by libzmq has no say in that. */
	why = pol_binds_routing_id(pol, rule) ? " cannot be kept where libzmq speaks GSSAPI"
					      : prove(&proof, visitor, credentials, room, answer);
	if (!why) {
		answer->status = 200;
		return;
	}
	answer->user[0] = 0;
	pol_deny_visitor(pol, rule, visitor, why, &answer->verdict);
}
