/* SPDX-License-Identifier: MIT */
/*
 * Judgements in tests: policies compiled from text, and the questions that most tests ask of them.
 */
#ifndef TESTS_JUDGED_H
#define TESTS_JUDGED_H

#include "policy/policy.h"

/* Opens the policy in text, whose first line is "version: 1". The image lives as long as the test program. */
struct pol judged_policy(const char *text);
/* An initiator of this name, to an acceptor. */
enum pol_action judged_peer(const struct pol *pol, const char *name, struct pol_verdict *verdict);
/* An initiator that asks to delegate, or an acceptor that was sent a credential. */
enum pol_action judged_delegation(const struct pol *pol, enum pol_role role, struct pol_verdict *verdict);
enum pol_action judged_endpoint(const struct pol *pol, enum pol_way way, const char *endpoint, int type,
				int mechanism, struct pol_verdict *verdict);

#endif
