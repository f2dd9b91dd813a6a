/* SPDX-License-Identifier: MIT */
/*
 * The policy in this process. Another may take its place at any time (policy_change.c): who judges has one of
 * them from tap_policy_take to tap_policy_give, and what he found in it, texts of a pol_inject as well, no
 * longer.
 */
#ifndef SHIM_POLICY_H
#define SHIM_POLICY_H

#include "policy/policy.h"

#include <gssapi/gssapi.h>
#include <stdbool.h>
#include <stddef.h>

extern bool tap_has_policy; /* one was asked for when the process began; from then on there is one */

/* The one in force: waits for nobody. Who does not give it back keeps it in memory. */
const struct pol *tap_policy_take(void);
void tap_policy_give(const struct pol *policy);
/* What one of the questions of policy/policy.h is answered. */
#define TAP_POLICY(question)                                                                                 \
	({                                                                                                   \
		const struct pol *taken = tap_policy_take();                                                 \
		__auto_type answer = question(taken);                                                        \
                                                                                                             \
		tap_policy_give(taken);                                                                      \
		answer;                                                                                      \
	})

/* Counts the policies, from 1: who asks first and then judges has judged by this one, or by a later one. */
uint32_t tap_policy_generation(void);
static inline bool tap_policy_has_changed(void)
{
	return __builtin_expect(tap_policy_generation() > 1, 0);
}

enum tap_replaced { TAP_REPLACED, TAP_NOT_FIT, TAP_NOT_NOW };
/*
 * A compiled policy, which is unmapped when it is replaced in its turn, or why it is not taken. One thread at
 * a time.
 */
enum tap_replaced tap_policy_replace(const void *image, size_t length, char *why, size_t size);
/* The one that the process begins with; bytes NULL: it cannot be used, and why. Nobody judges yet. */
void tap_policy_first(const void *bytes, size_t length, const char *why);
/* Why one cannot be taken up in a process that has run without its like; NULL: it can be. */
extern const char *(*tap_policy_unfit)(const struct pol *policy);

void tap_load_policy(const char *path);
void tap_policy_event(void);

/*
 * Has another one been put in its place? Asks the kernel a few times a second, whoever calls, and not where a
 * filter is in force.
 */
void tap_policy_notice(void);

#define TAP_MINOR_BASE 0x67730000u /* "gs": minor statuses of refusals; the low half is the rule's number */
OM_uint32 tap_refuse_gss(const struct pol_verdict *verdict, OM_uint32 *minor_status);
/* The text of a minor status that a refusal gave; false: it is none of ours. */
bool tap_refusal_text(OM_uint32 minor, char *out, size_t size);

#endif
