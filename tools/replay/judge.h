/* SPDX-License-Identifier: MIT */
/*
 * A case judged by a policy, moment by moment as a host is (shim/gss/handshake.c, shim/gss/use.c,
 * shim/krb5/facts.c, shim/zmq/endpoint.c): in audit mode it goes on as it would there, and what it comes to
 * is what was told first.
 */
#ifndef TOOLS_REPLAY_JUDGE_H
#define TOOLS_REPLAY_JUDGE_H

#include "tools/replay/case.h"

/* One verdict on the way. */
struct hearing_of {
	const struct pol_facts *facts;	   /* NULL: of an endpoint */
	uint16_t keyword;		   /* the only one that is asked; 0: all that contexts are */
	const struct pol_verdict *verdict; /* NULL: those of a moment follow */
};

struct replay_judged {
	enum pol_action action; /* what it comes to */
	struct pol_verdict by;	/* the one that decided, where something is refused, changed or secured */
	/* It would be, or would not, by what these traces do not say: of a use what it is or was done with,
	 * of a context its peer's groups. action is POL_ALLOW. */
	bool open;
};

/* How many were open. */
struct replay_open {
	uint64_t uses, groups; /* groups: contexts */
};

/* heard: NULL, or told of each verdict; context is handed on. */
void replay_judge(const struct pol *pol, const struct replay_case *c, struct replay_judged *judged,
		  void (*heard)(void *context, const struct hearing_of *hearing), void *context);

/* An endpoint as the judge sees it. */
struct pol_endpoint replay_endpoint(const struct replay_case *c);

#endif
