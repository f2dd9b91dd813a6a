/* SPDX-License-Identifier: MIT */
/*
 * What traces come to: programs and their processes, with what was not observed of them; endpoints and their
 * peers; who talked to whom by plain GSSAPI; refusals and repairs. Built in one pass, in the order of time
 * (learn.h); views only read it.
 *
 * Memory grows with the number of programs, endpoints and peers (and of what is open at one time), never with
 * that of events. Nothing is guessed: what the traces do not say is "not observed", and never counts as well.
 */
#ifndef TOOLS_MODEL_MODEL_H
#define TOOLS_MODEL_MODEL_H

#include "tools/model/node.h"
#include "trace/reader.h"

/* What can become of a connection, and of a call of the program's own. */
enum sum_fact { SUM_ESTABLISHED, SUM_FAILED, SUM_REFUSED, SUM_UNSECURED, SUM_ABANDONED, SUM_FACTS };

/* From the most to the least urgent. */
enum sum_state {
	SUM_STATE_UNSECURED,   /* messages pass, or may pass, unprotected */
	SUM_STATE_UNENCRYPTED, /* authenticated, and messages can be read on the way */
	SUM_STATE_FAILING,     /* the last handshake failed, or its peer was not let in */
	SUM_STATE_REFUSED,     /* by the policy, or by the program's own ZAP handler */
	SUM_STATE_UNOBSERVED,  /* nothing tells what became of it */
	SUM_STATE_CURVE,       /* the program set CURVE; with which keys was not observed */
	SUM_STATE_SECURED,
	SUM_STATE_IDLE, /* GSSAPI is set, and nobody was seen */
	SUM_STATE_OVER, /* was unsecured or failed, and was secured since */
	SUM_STATES,
};

/* As ZMQ_NULL and so on in <zmq.h>. PLAIN is a password and protects nothing. */
enum sum_mechanism { SUM_NULL = 0, SUM_PLAIN = 1, SUM_CURVE = 2, SUM_GSSAPI = 3 };

/* Times are ns since the epoch; 0: never. */
struct sum_tally {
	uint64_t first, last;
	uint64_t count[SUM_FACTS], at[SUM_FACTS];
	uint64_t unproven; /* of the established: the initiator never took the acceptor's last token */
	uint64_t open;	   /* unsecured and not ended: connections of a peer, uses of an endpoint */
	uint64_t wrapped, wrapped_bytes, unwrapped, unwrapped_bytes; /* of contexts that ended */
	uint64_t clear, clear_at; /* messages that were seen to pass unencrypted */
	uint64_t silent_at;	  /* libzmq's: a context ended in which this end said nothing */
	uint64_t spoke_at;	  /* ... or did */
	uint64_t denied_at;	  /* by the program's own ZAP handler */
	uint32_t enctype;	  /* the last; 0: unknown */
	struct sum_text reason;	  /* of the last failure or refusal, as this process itself knows it */
	struct sum_text supposed; /* what the last connection made it suppose of the peer */
	uint64_t supposed_at, reason_at;
};

/*
 * Processes that are one program: of one host, container, executable and script. What is not known is "", and
 * where no process event is at hand each process is one of its own.
 */
struct sum_program {
	struct sum_node node;
	struct sum_text host, container, exe, script, name;
	uint64_t first, last, processes, dropped;
	struct sum_text credentials; /* why it got none, when it asked last; or nothing */
	struct sum_list endpoints, pairs, refusals, repairs, gaps;
};

/* Why something of a program was not observed. */
enum sum_gap_kind {
	SUM_GAP_START,	  /* no process event: what came before is missing */
	SUM_GAP_COVERAGE, /* calls that do not reach us */
	SUM_GAP_LOST,	  /* events that could not be recorded */
	SUM_GAP_LEVEL,	  /* calls are not in the trace */
	SUM_GAP_POLICY,	  /* a policy that could not be used: it denies all it would have judged */
};
struct sum_gap {
	struct sum_node node;
	enum sum_gap_kind kind;
	struct sum_text object, library, why; /* coverage: who calls what; lost, policy: a reason */
	uint64_t count;			      /* lost events, or processes */
};

/* One side of a ZeroMQ endpoint. */
struct sum_endpoint {
	struct sum_node node;
	struct sum_program *program;
	enum tr_role role;	      /* server, client; 0: only an address is known */
	struct sum_text name;	      /* as the program gives it */
	struct sum_text migrate;      /* where a migration serves or connects */
	struct sum_text phase;	      /* of a migration: report, require */
	enum sum_mechanism mechanism; /* that the program set itself; where !injected */
	bool injected, plaintext;     /* plaintext: GSSAPI, and ZMQ_GSSAPI_PLAINTEXT */
	uint64_t plain, secured; /* when the program last bound or connected it without security, and with */
	const struct sum_process *process; /* the last that bound or connected it */
	struct sum_tally tally;
	struct sum_list peers; /* struct sum_peer */
};

struct sum_peer {
	struct sum_node node;
	const struct sum_endpoint *endpoint;
	struct sum_text principal;
	struct sum_text
		address; /* without the port: what a peer without a principal is known by; else the last */
	struct sum_text last_from; /* the whole address of the last connection */
	uint64_t moved;		   /* when this address was last seen with GSSAPI */
	struct sum_tally tally;
};

/* Who talked to whom outside ZeroMQ, as one side's traces tell it. */
struct sum_pair {
	struct sum_node node;
	struct sum_program *program;
	enum tr_role role;
	struct sum_text initiator, acceptor, mech;
	struct sum_tally tally;
};

/* What a policy refused, or would have. */
struct sum_refusal {
	struct sum_node node;
	struct sum_program *program;
	uint32_t call;
	bool would;
	struct sum_text rule, subject, reason;
	uint64_t line, count, first, last;
};

/* Something that acted on a defect of libzmq. */
struct sum_repair {
	struct sum_node node;
	struct sum_program *program;
	struct sum_text repair, reason;
	uint64_t count, first, last;
};

struct sum_process {
	struct sum_node node;
	struct sum_program *program;
	bool calls; /* calls are in its trace */
	bool zap;   /* it has a ZAP handler */
};

struct summary {
	struct sum_list programs;
	/* While events are read: what handles stand for, by process; handshakes that wait for their other
	 * end. */
	struct sum_list processes, sockets, contexts, pending, addresses, handshakes;
	struct sum_handshake *oldest, *newest;
	bool failed; /* no memory */
};

/* NULL: no memory. */
struct summary *summary_new(void);
void summary_free(struct summary *summary);

enum sum_state sum_peer_state(struct sum_peer *peer);
enum sum_state sum_endpoint_state(struct sum_endpoint *endpoint);
enum sum_state sum_pair_state(struct sum_pair *pair);
const char *sum_state_name(enum sum_state state);
/* Does this endpoint take, or make, connections without security? */
bool sum_accepts_unsecured(const struct sum_endpoint *endpoint);
/* The reason to be told in this state: of the process itself before what it supposes of the peer. */
struct sum_text sum_reason(const struct sum_tally *tally, enum sum_state state);

#endif
