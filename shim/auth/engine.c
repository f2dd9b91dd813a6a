/* SPDX-License-Identifier: MIT */
/* Connections of our own engine (shim/wire): decided here, without a detour by libzmq. */
#include "shim/auth/auth.h"

#include "shim/core/policy.h"
#include "shim/core/text.h"

const char *tap_auth_why_not(enum pol_way way, const char *endpoint, const struct pol_visitor *visitor,
			     bool *binds_id, char *reason, size_t size)
{
	const struct pol *policy = tap_policy_take();
	const uint32_t rule = pol_auth_rule(policy, way, endpoint, visitor->domain);
	struct tap_auth_answer answer = {.status = 400};
	bool asked = pol_authenticates(policy);
	enum pol_action action =
		asked ? pol_judge_visitor(policy, rule, visitor, &answer.verdict) : POL_ALLOW;

	*binds_id = action == POL_ALLOW && pol_enforces(policy) && pol_binds_routing_id(policy, rule);
	tap_policy_give(policy);
	if (!asked)
		return NULL;
	if (action == POL_ALLOW) {
		answer.status = 200;
		tap_copy(answer.user, sizeof(answer.user),
			 visitor->principal ? visitor->principal : "anonymous");
	}
	tap_auth_tell(visitor, &answer);
	if (answer.status == 200 || answer.verdict.audit)
		return NULL;
	tap_copy(reason, size, answer.verdict.reason);
	return reason;
}
