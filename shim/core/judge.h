/* SPDX-License-Identifier: MIT */
/* What the policy says of a call in flight, recorded and put into the terms of the API. */
#ifndef SHIM_JUDGE_H
#define SHIM_JUDGE_H

#include "policy/policy.h"
#include "shim/core/scope.h"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>

extern struct pol tap_policy;

#define TAP_MINOR_BASE 0x67730000u /* "gs": minor statuses of refusals; the low half is the rule's number */
/*
 * All that the policy has to say of a security context, topic by topic: POL_DENY with the verdict that denies
 * it, POL_CHANGE, or POL_ALLOW. Denials are recorded, would-be ones as well, unless told is false; subject is
 * whom they are about.
 */
enum pol_action tap_judge(const struct tap_scope *scope, const struct pol_facts *facts, bool told,
			  const char *subject, struct pol_verdict *verdict);
/* Records a denial (or, in audit mode, a would-be one); true when the call is to be refused. */
bool tap_refuses(const struct tap_scope *scope, const struct pol_verdict *verdict, const char *subject);
OM_uint32 tap_refuse_gss(const struct pol_verdict *verdict, OM_uint32 *minor_status);
void tap_load_policy(const char *path);
void tap_policy_event(void);
/* The text of a minor status that a refusal gave; false: it is none of ours. */
bool tap_refusal_text(OM_uint32 minor, char *out, size_t size);

#endif
