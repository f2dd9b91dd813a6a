/* SPDX-License-Identifier: MIT */
/* The policy in this process. */
#ifndef SHIM_POLICY_H
#define SHIM_POLICY_H

#include "policy/policy.h"

#include <gssapi/gssapi.h>
#include <stdbool.h>
#include <stddef.h>

extern struct pol tap_policy;

#define TAP_MINOR_BASE 0x67730000u /* "gs": minor statuses of refusals; the low half is the rule's number */
OM_uint32 tap_refuse_gss(const struct pol_verdict *verdict, OM_uint32 *minor_status);
void tap_load_policy(const char *path);
void tap_policy_event(void);
/* The text of a minor status that a refusal gave; false: it is none of ours. */
bool tap_refusal_text(OM_uint32 minor, char *out, size_t size);

#endif
