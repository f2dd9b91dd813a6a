/* SPDX-License-Identifier: MIT */
/* What a suggested policy is made of; see suggest.c. */
#ifndef TOOLS_REPLAY_SUGGESTING_H
#define TOOLS_REPLAY_SUGGESTING_H

#include "tools/replay/bag.h"

/* What one rule of gss.match is for. */
struct group {
	struct model_node node;
	struct model_text program, script; /* at NULL: not asked for */
	uint32_t role;
	struct group_terms {
		uint64_t count, traces, unanswered; /* the last of which nothing is known to be granted */
		struct bag peers, mechanisms, tickets, sessions;
		bool nameless, no_mechanism, no_ticket, no_session; /* of some, and so it is not asked for */
		bool unbound, asked, delegated, constrained, blind;
		uint32_t flags;	   /* that all were granted */
		uint32_t lifetime; /* the least that is known */
		bool has_lifetime;
		uint32_t used,
			unsure; /* enum pol_use, as bits: what its contexts were used for, or may have been */
		uint32_t age;	/* the most at which one was used */
	} terms;
};

struct suggesting {
	struct replay *replay;
	struct out *out;
	struct model_list groups;
	struct model_list unscripted; /* programs whose scripts are not all known */
	bool programs;		      /* all are known */
	bool nameless;		      /* the peers of some group are not asked for */
	uint32_t ways;		      /* to credentials, as bits of enum pol_use */
	bool failed;		      /* no memory */
};

/* suggest_groups.c: fills in all but the first two. */
void suggest_gather(struct suggesting *s);
void suggest_leave(struct suggesting *s);
/* suggest_endpoints.c: what stands below zmq. False: no memory. */
bool suggest_put_endpoints(struct suggesting *s);

#endif
