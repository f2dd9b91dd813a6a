/* SPDX-License-Identifier: MIT */
/*
 * Both sides of a handshake, joined by the hash of its first token, and what followed in its context: the
 * first messages and how many more, its way from process to process, its end.
 *
 * Memory grows with the number of handshakes, never with that of messages; bytes of tokens are given up for
 * a phrase.
 */
#ifndef TOOLS_MODEL_EXCHANGE_H
#define TOOLS_MODEL_EXCHANGE_H

#include "tools/model/ends.h"
#include "tools/model/facts.h"
#include "tools/model/talk.h"

#define EXCHANGE_FIRST 2    /* messages of a kind that are kept, and not only counted */
#define EXCHANGE_PLACES 64  /* of one side; a context can be handed on without end */
#define EXCHANGE_BEFORE 16  /* calls of a process that may belong to a handshake to come */
#define EXCHANGE_FAILURES 8 /* calls that failed in one place */

enum exchange_kind { EXCHANGE_WRAP, EXCHANGE_UNWRAP, EXCHANGE_MIC, EXCHANGE_VERIFY, EXCHANGE_KINDS };
enum exchange_end { EXCHANGE_OPEN, EXCHANGE_DELETED, EXCHANGE_EXPORTED, EXCHANGE_ENDED };

/* One message; the token is what was sent or received of it. */
struct exchange_message {
	uint64_t time, duration, length; /* length: of the plaintext */
	uint32_t call;
	bool clear;	/* not encrypted, by a call that could */
	uint32_t major; /* what it said besides: supplementary bits */
	struct model_token token;
};

struct exchange_tally {
	uint64_t count, bytes, last;
	uint32_t said; /* supplementary bits of any that are only counted */
	struct exchange_message first[EXCHANGE_FIRST];
};

/* A context in one process: from its handshake, or its import, to its end there. */
struct exchange_place {
	struct exchange_place *next;
	struct model_process *process;
	struct model_program *program;
	uint32_t pid;
	uint64_t came;	       /* when it was imported, or inherited; 0: its handshake was here */
	bool forked;	       /* inherited, by a child of fork */
	uint64_t after;	       /* ... so long after its export; 0: that was not seen */
	bool again;	       /* ... and somebody else had imported it already */
	enum tr_role role;     /* as its summary has it; 0: unknown */
	enum exchange_end end; /* EXCHANGE_ENDED: told by its summary alone */
	uint64_t went;	       /* when it ended */
	struct exchange_tally kinds[EXCHANGE_KINDS];
	struct model_steps failed; /* calls with messages, and transfers */
	uint64_t failures;
	bool summed; /* its summary was seen */
	uint64_t wrapped, wrapped_bytes, unwrapped, unwrapped_bytes;
};

/* A ZeroMQ endpoint that a program opened. */
struct exchange_endpoint {
	struct model_node node;
	uint32_t call;			  /* zmq_bind, zmq_connect; 0: it was not seen */
	uint64_t opened, duration, times; /* the last time, of so many */
	bool injected;			  /* GSSAPI was set on it */
	struct model_text service;	  /* ... to this service, or as this principal */
};

/* A ZeroMQ connection without security, as one end tells it. */
struct exchange_plain {
	struct model_program *program; /* NULL: it is none */
	uint32_t pid;
	enum tr_role role;  /* 0: unknown */
	uint64_t time, age; /* age: when it ended */
	bool ended;
	struct model_text endpoint, peer, reason;
};

struct exchange_side {
	struct model_talk *talk;   /* NULL: not seen */
	struct model_steps before; /* names and credentials that it needed */
	struct exchange_place *places, *last;
	unsigned place_count;
	const struct exchange_endpoint *endpoint; /* of libzmq's; NULL: it is none */
	struct exchange_side *moved;		  /* it turned out to be of this one, which has all of it */
};

/* Sides by role. */
enum { EXCHANGE_INITIATOR = MODEL_INITIATOR, EXCHANGE_ACCEPTOR = MODEL_ACCEPTOR, EXCHANGE_SIDES };
struct exchange {
	struct exchange *next;
	struct exchange_side sides[EXCHANGE_SIDES];
	struct model_text hash;	     /* of its first token; nothing: there was none */
	struct exchange_plain plain; /* ... and no handshake at all */
	bool repeated;		     /* this token had been given to an acceptor before */
};

/* When something was, by the clock and by what its thread had recorded. */
struct exchange_moment {
	uint64_t time, seq;
	uint32_t tid;
};

/* A context at a handle of a process. */
struct exchange_stay {
	struct exchange_stay *before; /* at the same handle */
	struct exchange_place *place; /* NULL: there are too many */
	struct exchange_side *side;
	struct exchange_moment began, ended; /* ended.time 0: not yet */
	bool over;			     /* its summary was seen: nothing of it comes any more */
};

/* What a handle stands for: one context after another. A child of fork has them as they were at the fork, so
 * those that ended are kept. */
struct exchange_handle {
	struct model_node node;
	struct exchange_stay *last; /* NULL: a child's, that is known to have inherited nothing there */
};

/* Calls of a process that no handshake has taken yet. */
struct exchange_process {
	struct model_node node;
	struct model_steps before;
};

struct exchanges {
	struct model_listener listener;
	struct model *model;
	/* Called with each token whose bytes are there; may put a phrase in their place. */
	void (*phrase)(struct model_token *token, uint64_t time);
	struct exchange *first, *last; /* in order of what was seen first to end */
	uint64_t count;
	struct exchange_side *settled; /* whose handshake this event tells the end of */
	struct model_list by_hash, handles, exported, processes, endpoints, plain;
};

/* NULL: no memory. */
struct exchanges *exchanges_new(void (*phrase)(struct model_token *token, uint64_t time));
void exchanges_free(struct exchanges *exchanges);
/* Takes up one event; in order of time. Returns 0, or -1: no memory. Then, once, settles. */
int exchanges_learn(struct exchanges *exchanges, const struct tr_event *event);
int exchanges_settle(struct exchanges *exchanges);

/* Where things are kept; false or NULL: no memory. */
struct exchange *exchanges_add(struct exchanges *exchanges);
bool exchanges_join(struct exchanges *exchanges, struct model_talk *talk, struct exchange_side **side);
/* NULL also where there are too many; then nothing of it is kept. */
struct exchange_place *exchange_place_add(struct exchange_side *side, const struct facts *facts);
void exchange_side_move(struct exchange_side *from, struct exchange_side *to);
struct exchange_side *exchange_side_now(struct exchange_side *side);

/* What its sides tell of its end, and what that comes to; 0: it was not seen to end. */
struct model_ends exchange_ends(const struct exchange *exchange);
enum tr_outcome exchange_outcome(const struct exchange *exchange);
bool exchange_failed(const struct exchange *exchange);
/* The earliest time in it, by the clock of the side that has it. */
uint64_t exchange_begin(const struct exchange *exchange);

/*
 * How far the acceptor's clock is ahead of the initiator's, ns: between what a token's way there and one's
 * way back allow, since none arrives before it was sent. For one way there and back that is what NTP
 * computes:
 * ((t2 - t1) + (t3 - t4)) / 2, by half the round trip.
 */
struct exchange_clock {
	bool known;	 /* tokens were seen to go both ways */
	bool bounded;	 /* ... only there: it is ahead by no more than `ahead` */
	int64_t ahead;	 /* ns */
	uint64_t within; /* ns, either way */
	bool differs;	 /* it is not 0 */
};
struct exchange_clock exchange_clock(const struct exchange *exchange);

#endif
