/* SPDX-License-Identifier: MIT */
/*
 * What a policy could have had a word about, as traces show it: security contexts, what was done with them,
 * ways to credentials, and endpoints of ZeroMQ that were bound or connected. Those that are alike in all that
 * is judged are one case, so that memory grows with what differs. What a trace does not hold is not known,
 * and nothing is guessed.
 */
#ifndef TOOLS_REPLAY_CASE_H
#define TOOLS_REPLAY_CASE_H

#include "policy/policy.h"
#include "tools/model/talk.h"
#include "tools/out/out.h"

enum case_kind { CASE_CONTEXT = 1, CASE_BIND, CASE_CONNECT, CASE_USE };

enum case_text {
	CASE_PROGRAM, /* the path of its file; at NULL: not known, as with all of them */
	CASE_SCRIPT,  /* as it was given */
	CASE_INITIATOR,
	CASE_ACCEPTOR,
	CASE_ASKED, /* the acceptor as it was asked for, where nothing proves it */
	CASE_STORE, /* the ticket cache or keytab, where the ticket was seen */
	CASE_MECH,  /* DER body of an object identifier */
	CASE_ENDPOINT,
	CASE_SERVICE, /* of GSSAPI that was spoken there by a rule, as the next */
	CASE_PRINCIPAL,
	CASE_TEXTS
};

/* What is said of it beside texts; zeros are "no", or "not known". */
struct case_numbers {
	uint32_t kind; /* enum case_kind */
	uint32_t role; /* enum pol_role */
	uint32_t has_user, user;
	uint32_t no_script;   /* it is known to run none */
	uint32_t has_calls;   /* calls are in the trace: flags that were asked for, and bindings, are known */
	uint32_t established; /* it could protect messages */
	uint32_t unanswered;  /* an initiator's, given up when its ticket had left: as HTTP's, where nobody
				 answers */
	uint32_t
		refused; /* a policy did, when this was recorded; an endpoint, a use: it did not come about */
	uint32_t kerberos; /* its ticket was seen */
	uint32_t flags_requested, flags_granted;
	uint32_t ticket_enctype, session_enctype;
	uint32_t has_lifetime, lifetime;
	uint32_t delegated, constrained;
	uint32_t bound_before, bound; /* with the first call, and in the end */
	/* An endpoint's, from 1; 0: not known. */
	uint32_t mechanism, socket_type, plaintext;
	uint32_t raw;
	uint32_t injected; /* GSSAPI was spoken there by a rule; 2: and it might go without */
	/* A use's, of a context, once for each, or a way to a credential. */
	uint32_t use;	  /* enum pol_use */
	uint32_t age;	  /* of POL_GOES_ON: seconds; UINT32_MAX: not known */
	uint32_t unknown; /* nothing of its context is in the traces, and a host would have known */
	uint32_t unsure;  /* they do not say whether a message was encrypted: it may have been no such use */
};

#define CASE_EXAMPLES 3
struct replay_case {
	struct model_node node;
	struct case_numbers is;
	struct model_text texts[CASE_TEXTS];
	uint64_t count, first, last; /* times: ns since the epoch */
	uint64_t traces;	     /* bits, by the number of the file; the last one for all from there on */
	struct {
		uint64_t time;
		uint32_t pid;
	} examples[CASE_EXAMPLES]; /* the first of them */
	struct replay_case *next;  /* in order of `first` */
};

/* Whether it came about, as far as this end knows: it did not fail, and no policy refused it. */
bool case_came_about(const struct replay_case *c);
static inline bool case_is_endpoint(const struct replay_case *c)
{
	return c->is.kind == CASE_BIND || c->is.kind == CASE_CONNECT;
}

/* What cannot be judged, and why. */
struct replay_gaps {
	uint64_t imported;	/* contexts that came from elsewhere */
	uint64_t without_calls; /* processes whose sockets are not seen, in a trace without calls */
	uint64_t lost;		/* events that could not be recorded */
};

struct replay {
	struct model_listener listener;
	struct model *model;
	struct model_list cases, raw, silent, injected;
	struct model_list open;	      /* see use.h */
	struct model_list selections; /* see selection.h */
	struct replay_unseen {
		uint32_t recorded,
			not ; /* uses, as bits: what of it some process that uses GSSAPI would have */
	} * unseen;	      /* by file */
	size_t unseen_count;
	struct replay_case *first; /* in order of time; after replay_settle */
	struct replay_gaps gaps;
	unsigned file; /* of the event under way */
	char **paths;
	size_t path_count;
	bool failed; /* no memory */
	/* Once settled: what is made of it. False: no memory. */
	bool (*print)(struct replay *replay, struct out *out);
};

/* When and where. */
struct replay_seen {
	uint64_t time;
	uint32_t pid;
	unsigned file;
};
/* One more like this one, whose texts stay the caller's. */
void replay_put(struct replay *replay, const struct replay_case *like, const struct replay_seen *seen);
/* The DER body of an object identifier. */
bool case_is_kerberos(struct model_text mech);
/* A text as a host has it, whatever the trace says follows. */
struct model_text case_string(struct model_text text);
/* What is known of the process that it is in. */
void replay_take_process(struct replay_case *like, const struct model_process *process);

/* Zeroes it; print: see above. Returns 0 or -1: no memory. What is in it is freed in any case. */
int replay_begin(struct replay *replay, bool (*print)(struct replay *replay, struct out *out));
void replay_free(struct replay *replay);
/* The files that events are numbered by, in their order. */
int replay_path(struct replay *replay, const char *path);
/* Events, in order of time; then, once, settles. */
int replay_learn(struct replay *replay, const struct tr_event *event);
int replay_settle(struct replay *replay);

#endif
