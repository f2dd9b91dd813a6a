/* SPDX-License-Identifier: MIT */
/* Facts as people give them: words KEY=VALUE. What is not given is not known. */
#ifndef TOOLS_REPLAY_GIVEN_H
#define TOOLS_REPLAY_GIVEN_H

#include "policy/policy.h"

#include <stddef.h>

enum given_key {
	GIVEN_ROLE,
	GIVEN_PEER,
	GIVEN_GROUPS,
	GIVEN_SERVICE,
	GIVEN_MECHANISM,
	GIVEN_FLAGS,
	GIVEN_TICKET,
	GIVEN_SESSION,
	GIVEN_LIFETIME,
	GIVEN_BOUND,
	GIVEN_STORE,
	GIVEN_DELEGATED,
	GIVEN_ANONYMOUS,
	GIVEN_PROGRAM,
	GIVEN_SCRIPT,
	GIVEN_USER,
	GIVEN_MOMENT,
	GIVEN_BIND,
	GIVEN_CONNECT,
	GIVEN_TYPE,
	GIVEN_PLAINTEXT,
	GIVEN_RAW,
	GIVEN_KEYS
};

struct given {
	struct pol_groups groups;
	const char *words[GIVEN_KEYS]; /* the value; NULL: not given */
	struct pol_process process;
	struct pol_facts facts;
	struct pol_endpoint endpoint; /* where is_endpoint */
	bool is_endpoint;
	uint8_t mech[64];
};

/* Takes them up; the words stay the caller's, and must stay. False: what is wrong is in error. */
bool given_take(struct given *given, char *const *words, int count, char *error, size_t size);
const char *given_name(enum given_key key);
/* Does a rule of the policy ask for this fact? */
bool given_asked(const struct pol *pol, const struct given *given, enum given_key key);

#endif
