/* SPDX-License-Identifier: MIT */
/* What the policy says of a call in flight. */
#ifndef SHIM_JUDGE_H
#define SHIM_JUDGE_H

#include "shim/core/policy.h"
#include "shim/core/scope.h"

/*
 * All that the policy has to say of a security context, topic by topic: POL_DENY with the verdict that denies
 * it, POL_CHANGE, with the verdict as well, or POL_ALLOW. Denials are recorded, would-be ones as well;
 * subject is whom they are about. told: the topics, as bits, of which a would-be denial of this context is in
 * the trace already; NULL: nothing is recorded, and scope is not needed.
 */
enum pol_action tap_judge(const struct tap_scope *scope, const struct pol_facts *facts, unsigned *told,
			  const char *subject, struct pol_verdict *verdict);
/*
 * What it has to say of one use of a context that is there, likewise; POL_ALLOW also for what audit mode
 * would have refused or changed. again: such a use of this context was told before, so that only a denial is
 * told. scope NULL: nothing is told.
 */
enum pol_action tap_judge_use(const struct tap_scope *scope, const struct pol_facts *facts, enum pol_use use,
			      bool again, const char *subject, struct pol_verdict *verdict);
/* Has the policy a kick for the peer of a context that was judged before, under one whose last kick was
 * that one (pol_judge_kick)? Recorded; false in audit mode, too. */
bool tap_is_kicked(const struct tap_scope *scope, const struct pol_facts *facts, uint32_t since,
		   const char *subject, struct pol_verdict *verdict);
/* The age from which on it is judged whether a context goes on; UINT32_MAX: none. */
uint32_t tap_max_age(const struct pol_facts *facts);
/* Records a denial (or, in audit mode, a would-be one); true when the call is to be refused. */
bool tap_refuses(const struct tap_scope *scope, const struct pol_verdict *verdict, const char *subject);

/* Who is told of an acceptor's peer that is denied, or would be, on this thread; NULL: nobody. */
extern void (*tap_acceptor_denies)(const char *peer);

#endif
