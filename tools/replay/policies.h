/* SPDX-License-Identifier: MIT */
/*
 * The questions of `gsstap policy` that traces answer. Each is a replay that prints; what it is asked with
 * stays the caller's.
 */
#ifndef TOOLS_REPLAY_POLICIES_H
#define TOOLS_REPLAY_POLICIES_H

#include "tools/replay/case.h"

/* What would one policy have refused? */
struct replay_test {
	struct replay replay;
	const struct pol *pol;
	const char *name; /* of the policy */
	bool json;
	uint64_t refused, failed; /* answered; failed: of these, for another reason anyway */
};
bool replay_test_print(struct replay *replay, struct out *out);

/* What do two say differently? */
#define REPLAY_DIFF_MOST 10 /* examples of each kind */
struct replay_diff {
	struct replay replay;
	const struct pol *pols[2];
	const char *names[2];
	uint64_t differs; /* answered */
};
bool replay_diff_print(struct replay *replay, struct out *out);

/* Which is the tightest that allows it all? */
bool replay_suggest_print(struct replay *replay, struct out *out);

#endif
