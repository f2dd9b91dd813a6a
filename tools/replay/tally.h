/* SPDX-License-Identifier: MIT */
/* What a policy comes to over the cases of a replay, rule by rule. */
#ifndef TOOLS_REPLAY_TALLY_H
#define TOOLS_REPLAY_TALLY_H

#include "policy/image.h"
#include "tools/replay/judge.h"

#define TALLY_EXAMPLES 3

struct tally_rule {
	uint64_t count[POL_INJECT + 1]; /* cases that it decided, by enum pol_action */
	bool in_force;			/* it was the rule of its keyword that counted */
	struct {
		const struct replay_case *c;
		unsigned example;
		char reason[256];
	} examples[TALLY_EXAMPLES];
	unsigned example_count;
};

struct tally {
	const struct pol *pol;
	struct tally_rule *rules; /* by number, from 1 */
	uint32_t rule_count;
	uint64_t contexts, uses, endpoints, count[POL_INJECT + 1];
	uint64_t failed;	 /* of the refused: they did not come about anyway */
	struct replay_open open; /* beside all these: of which the traces do not hold what decides */
};

/* False: no memory. Freed in any case. */
bool tally_of(struct tally *tally, const struct pol *pol, const struct replay *replay);
void tally_free(struct tally *tally);

/* Calls visit with each rule that decided nothing, of those that are there to decide. */
void tally_unused(const struct tally *tally, void (*visit)(void *context, const struct pol_rule *rule),
		  void *context);

#endif
