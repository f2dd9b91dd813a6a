/* SPDX-License-Identifier: MIT */
/*
 * The tables of a summary, shared by what fills them and what prints them. Entries live as long as the
 * summary; handles (processes, sockets, contexts) only as long as they are open in the traces.
 */
#ifndef TOOLS_SUMMARY_MODEL_H
#define TOOLS_SUMMARY_MODEL_H

#include "tools/model/summary.h"

/* What can become of a connection, and of a call of the program's own. */
enum sum_fact { SUM_ESTABLISHED, SUM_FAILED, SUM_REFUSED, SUM_UNSECURED, SUM_FACTS };

/* From the most to the least urgent. */
enum sum_state {
	SUM_STATE_UNSECURED, /* messages pass, or may pass, unprotected */
	SUM_STATE_FAILING,   /* the last handshake failed */
	SUM_STATE_REFUSED,   /* by the policy */
	SUM_STATE_SECURED,
	SUM_STATE_IDLE, /* GSSAPI is set, and nobody was seen */
	SUM_STATE_OVER, /* was unsecured or failed, and was secured since */
};

/* As ZMQ_NULL and so on in <zmq.h>. PLAIN is a password and protects nothing. */
enum sum_mechanism { SUM_NULL = 0, SUM_PLAIN = 1, SUM_CURVE = 2, SUM_GSSAPI = 3 };

/* Times are ns since the epoch; 0: never. */
struct sum_tally {
	uint64_t first, last;
	uint64_t count[SUM_FACTS], at[SUM_FACTS];
	uint64_t open; /* unsecured and not ended: connections of a peer, uses of an endpoint */
	uint64_t wrapped, wrapped_bytes, unwrapped, unwrapped_bytes; /* of contexts that ended */
	uint32_t enctype;					     /* the last; 0: unknown */
	char *reason; /* of the last failure or refusal, or NULL */
};

struct sum_program {
	char *host, *name; /* "" where no process event says it */
	uint64_t first, last, processes, dropped;
};

/* One side of a ZeroMQ endpoint. */
struct sum_endpoint {
	struct sum_program *program;
	enum tr_role role;	      /* server, client; 0: only an address is known */
	char *name;		      /* as the program gives it */
	char *migrate;		      /* where a migration serves or connects, or NULL */
	char *phase;		      /* of a migration: report, require; NULL: unknown, or none */
	enum sum_mechanism mechanism; /* that the program set itself; where !injected */
	bool injected;
	uint64_t plain, secured; /* when the program last bound or connected it without security, and with */
	uint64_t file, pid;	 /* the last process that bound or connected it */
	struct sum_tally tally;
	void *peers; /* tree of struct sum_peer */
};

struct sum_peer {
	const struct sum_endpoint *endpoint;
	char *principal; /* or NULL */
	char *address;	 /* without the port: what a peer without a principal is known by; else the last, or
			    NULL */
	char *last_from; /* the whole address of the last connection, or NULL */
	uint64_t moved;	 /* when this address was last seen with GSSAPI */
	struct sum_tally tally;
};

/* Who talked to whom outside ZeroMQ, as one side's traces tell it. */
struct sum_pair {
	struct sum_program *program;
	enum tr_role role;
	char *initiator, *acceptor, *mech; /* NULL: unknown */
	struct sum_tally tally;
};

/* What a policy refused, or would have. */
struct sum_refusal {
	struct sum_program *program;
	uint32_t call;
	bool would;
	char *rule, *subject;
	uint64_t line, count, first, last;
	char *reason;
};

/* Something that acted on a defect of libzmq. */
struct sum_repair {
	struct sum_program *program;
	char *repair;
	uint64_t count, first, last;
	char *reason;
};

struct summary {
	void *programs, *endpoints, *pairs, *refusals, *repairs;
	void *processes, *sockets, *contexts, *pending; /* by handle */
	bool failed;					/* no memory */
};

/* --- summary_table.c: find, or make; NULL when there is no memory (summary->failed is set) --- */

struct sum_process {
	uint64_t file, pid;
	struct sum_program *program;
	bool calls; /* calls are in its trace */
};

/* An endpoint that a socket has without security. */
struct sum_use {
	struct sum_use *next;
	struct sum_endpoint *endpoint;
};

/* A handle of a process, or a thread: what each is for depends on the tree. */
struct sum_handle {
	uint64_t file, pid, handle;
	enum sum_mechanism mechanism;  /* sockets: what the program set */
	struct sum_use *uses;	       /* sockets */
	struct sum_endpoint *endpoint; /* pending: was injected, and is about to be bound or connected */
	struct sum_tally *tally[2];    /* contexts: of the endpoint and peer, or of the pair */
};

struct sum_process *sum_process(struct summary *s, const struct tr_event *event);
struct sum_program *sum_program(struct summary *s, const char *host, const char *name);
struct sum_endpoint *sum_endpoint(struct summary *s, struct sum_program *program, enum tr_role role,
				  const char *name);
struct sum_peer *sum_peer(struct summary *s, struct sum_endpoint *endpoint, const char *principal,
			  const char *address);
/* Like sum_peer, but NULL when there is none. */
struct sum_peer *sum_peer_known(const struct sum_endpoint *endpoint, const char *address);
struct sum_pair *sum_pair(struct summary *s, const struct sum_pair *key);
struct sum_refusal *sum_refusal(struct summary *s, const struct sum_refusal *key);
struct sum_repair *sum_repair(struct summary *s, const struct sum_repair *key);
/* tree: &summary->sockets, contexts or pending. */
struct sum_handle *sum_handle(struct summary *s, void **tree, const struct tr_event *event, uint64_t handle);
struct sum_handle *sum_handle_known(void **tree, const struct tr_event *event, uint64_t handle);
void sum_handle_drop(void **tree, struct sum_handle *handle);
void sum_uses_end(struct sum_handle *socket, const struct sum_endpoint *only, uint64_t time);

/* Every entry of a tree, in the order of its keys. */
void sum_each(const void *tree, void (*visit)(void *entry, void *context), void *context);

/* Replaces *at by a copy of text; NULL: leaves it. */
void sum_text(struct summary *s, char **at, const char *text);

/* --- summary_address.c --- */

/* The host part of "tcp://host:port", in place of its end; what has no port stays whole. The caller frees. */
char *sum_address_host(const char *address);
/* "5555" of "tcp://host:5555", or NULL. Points into address. */
const char *sum_address_port(const char *address);
/*
 * Which endpoint of a process a connection belongs to: its own end and the other's, as the kernel tells them.
 * *outgoing: the program connected. NULL: none, or more than one could be.
 */
struct sum_endpoint *sum_address_endpoint(const struct summary *s, const struct sum_program *program,
					  const char *own, const char *peer, bool *outgoing);

/* --- summary_state.c --- */

enum sum_state sum_peer_state(const struct sum_peer *peer);
enum sum_state sum_endpoint_state(const struct sum_endpoint *endpoint);
enum sum_state sum_pair_state(const struct sum_pair *pair);
const char *sum_state_name(enum sum_state state);
/* Does this endpoint take, or make, connections without security? */
bool sum_accepts_unsecured(const struct sum_endpoint *endpoint);

#endif
