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
	uint64_t refused; /* answered */
};
bool replay_test_print(struct replay *replay, struct out *out);

#endif
