/* SPDX-License-Identifier: MIT */
/* What the policy says of a call in flight. */
#ifndef SHIM_JUDGE_H
#define SHIM_JUDGE_H

#include "shim/core/policy.h"
#include "shim/core/scope.h"

/*
 * All that the policy has to say of a security context, topic by topic: POL_DENY with the verdict that denies
 * it, POL_CHANGE, or POL_ALLOW. Denials are recorded, would-be ones as well, unless told is false; subject is
 * whom they are about.
 */
enum pol_action tap_judge(const struct tap_scope *scope, const struct pol_facts *facts, bool told,
			  const char *subject, struct pol_verdict *verdict);
/* Records a denial (or, in audit mode, a would-be one); true when the call is to be refused. */
bool tap_refuses(const struct tap_scope *scope, const struct pol_verdict *verdict, const char *subject);

#endif
