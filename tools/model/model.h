/* SPDX-License-Identifier: MIT */
/*
 * What traces come to: programs and their processes, with what was not observed of them; endpoints and their
 * peers; who talked to whom by plain GSSAPI; refusals. Built in one pass, in the order of time
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
enum model_fact {
	MODEL_ESTABLISHED,
	MODEL_FAILED,
	MODEL_REFUSED,
	MODEL_UNSECURED,
	MODEL_ABANDONED,
	MODEL_FACTS
};

/* From the most to the least urgent. */
enum model_state {
	MODEL_STATE_UNSECURED,	   /* messages pass, or may pass, unprotected */
	MODEL_STATE_UNENCRYPTED,   /* authenticated, and messages can be read on the way */
	MODEL_STATE_FAILING,	   /* the last handshake failed, or its peer was not let in */
	MODEL_STATE_REFUSED,	   /* by the policy, or by the program's own ZAP handler */
	MODEL_STATE_UNOBSERVED,	   /* nothing tells what became of it */
	MODEL_STATE_CURVE,	   /* the program set CURVE; with which keys was not observed */
	MODEL_STATE_AUTHENTICATED, /* and nothing was seen to be protected since */
	MODEL_STATE_SECURED,
	MODEL_STATE_IDLE, /* GSSAPI is set, and nobody was seen */
	MODEL_STATE_OVER, /* was unsecured or failed, and was secured since */
	MODEL_STATES,
};

/* As ZMQ_NULL and so on in <zmq.h>. PLAIN is a password and protects nothing. */
enum model_mechanism { MODEL_NULL = 0, MODEL_PLAIN = 1, MODEL_CURVE = 2, MODEL_GSSAPI = 3 };

/* On which terms the last handshake was established, as far as its event tells: 0 is not told. */
struct model_terms {
	uint32_t ticket_enctype, kvno;
	uint32_t flags;	     /* granted, GSS_C_*_FLAG */
	uint64_t ticket_end; /* seconds since the epoch */
};

/* Times are ns since the epoch; 0: never. */
struct model_tally {
	uint64_t first, last;
	uint64_t count[MODEL_FACTS], at[MODEL_FACTS];
	uint64_t unproven; /* of the established: the initiator never took the acceptor's last token */
	uint64_t ready;	   /* connections that are secured since the peer's READY was unwrapped */
	uint64_t open;	   /* unsecured and not ended: connections of a peer, uses of an endpoint */
	uint64_t wrapped, wrapped_bytes, unwrapped, unwrapped_bytes; /* of contexts that ended */
	uint64_t clear, clear_at; /* messages that were seen to pass unencrypted */
	uint64_t protected_at;	  /* a message was wrapped or unwrapped, encrypted or not */
	uint64_t bare_at; /* a context of libzmq's own began, which wraps a message at once if it ever does */
	uint64_t silent_at; /* libzmq's: a context ended in which this end said nothing */
	uint64_t spoke_at;  /* ... or did */
	uint32_t enctype;   /* the last; 0: unknown */
	struct model_terms terms;
	uint64_t delegated,
		bound; /* of the established: a credential was sent along; channel bindings agreed */
	struct model_text reason;   /* of the last failure or refusal, as this process itself knows it */
	struct model_text supposed; /* what the last connection made it suppose of the peer */
	uint64_t supposed_at, reason_at;
	struct model_text given_up; /* how the last was that was given up */
};

/*
 * Processes that are one program: of one host, container, executable and script. What is not known is "", and
 * where no process event is at hand each process is one of its own.
 */
struct model_program {
	struct model_node node;
	struct model_text host, container, exe, script, name;
	struct model_text args, cgroup; /* of its last process; args: each ends with a NUL */
	uint64_t first, last, processes, dropped;
	struct model_text credentials;	/* why it got none, when it asked last; or nothing */
	struct model_text without_krb5; /* why those that it got last have nothing for Kerberos; or nothing */
	struct model_list endpoints, pairs, refusals, coverage, gaps;
};

/* Why something of a program was not observed. */
enum model_gap_kind {
	MODEL_GAP_START,     /* no process event: what came before is missing */
	MODEL_GAP_MIXED,     /* traces of two hosts were joined: nobody can tell whose an event is */
	MODEL_GAP_COVERAGE,  /* calls that do not reach us */
	MODEL_GAP_EXEC,	     /* it executed a program without us */
	MODEL_GAP_LOST,	     /* events that could not be recorded */
	MODEL_GAP_LEVEL,     /* calls are not in the trace */
	MODEL_GAP_POLICY,    /* a policy that could not be used: it denies all it would have judged */
	MODEL_GAP_HANDSHAKE, /* one that began, and has no end in the traces */
};
struct model_about {
	struct model_text family, object,
		library; /* coverage: who calls what; exec, policy: a path; handshake: the acceptor */
	struct model_text why;
};
struct model_gap {
	struct model_node node;
	enum model_gap_kind kind;
	struct model_about about;
	uint64_t count; /* lost events, or processes, or times */
};

/* Whether one object's calls of one family of functions reach us. */
struct model_coverage {
	struct model_node node;
	struct model_about about; /* why: how they do, or why not */
	bool reached;
	uint64_t processes; /* that said so */
};

/* One side of a ZeroMQ endpoint. */
struct model_endpoint {
	struct model_node node;
	struct model_program *program;
	enum tr_role role;		/* server, client; 0: only an address is known */
	struct model_text name;		/* as the program gives it */
	struct model_text phase;	/* of a rule: report */
	enum model_mechanism mechanism; /* that the program set itself; where !injected */
	bool injected, plaintext;	/* plaintext: GSSAPI, and ZMQ_GSSAPI_PLAINTEXT */
	uint64_t plain, secured; /* when the program last bound or connected it without security, and with */
	const struct model_process *process; /* the last that bound or connected it */
	struct model_tally tally;
	struct model_list peers; /* struct model_peer */
};

struct model_peer {
	struct model_node node;
	struct model_endpoint *endpoint;
	struct model_text principal;
	struct model_text
		address; /* without the port: what a peer without a principal is known by; else the last */
	struct model_text last_from;	       /* the whole address of the last connection */
	uint64_t moved;			       /* when this address was last seen with GSSAPI */
	const struct model_process *opened_in; /* whose connections are counted as open */
	struct model_tally tally;
};

/* Who talked to whom outside ZeroMQ, as one side's traces tell it. */
struct model_pair {
	struct model_node node;
	struct model_program *program;
	enum tr_role role;
	struct model_text initiator, acceptor, mech;
	struct model_tally tally;
};

/* What a policy refused or changed, or would have. */
struct model_refusal {
	struct model_node node;
	struct model_program *program;
	uint32_t call;
	bool would;
	bool changed; /* it let the call pass, otherwise than it was made */
	struct model_text rule, subject, reason;
	uint64_t line, count, first, last;
};

/* Known by boot, pid namespace, pid and start, in however many files its events are. */
/* Where a process has its memory from, and with it handles, until it executes another program. */
struct model_fork {
	struct model_process *from; /* NULL: it was not forked, or by nobody that is known */
	uint64_t image;		    /* of that process */
	uint64_t time;		    /* before this */
	uint64_t seq;		    /* ... and when the thread that forked had recorded what is before this */
	uint32_t tid;		    /* 0: that thread is not known */
};

struct model_process {
	struct model_node node;
	struct model_program *program;	    /* NULL: not told yet */
	const struct model_known *identity; /* NULL: not told */
	uint64_t image;			    /* what it executes now: handles are of one image */
	bool calls;			    /* calls are in its trace */
	bool zap;			    /* it has a ZAP handler */
	bool uid_known;
	uint32_t uid;
	int64_t clock_offset; /* ns, of the clock that it is shown */
	uint64_t last;	      /* when something of it was recorded last; ns */
	struct model_fork fork;
	struct model_gathering *gathering; /* talk.h; NULL: none */
	struct model_zmq *zmq;		   /* zmq.h; NULL: nothing of it is kept */
};

struct model_listener;

struct model {
	struct model_list programs;
	/* While events are read: what handles stand for, by process; handshakes that wait for their other
	 * end. */
	struct model_list processes, known, sockets, contexts, pending, addresses, handshakes;
	struct model_list talks;	 /* that are open; only with a listener */
	struct model_listener *listener; /* talk.h; NULL: nobody asks for talks */
	uint64_t images;
	struct model_handshake *oldest, *newest;
	bool failed; /* no memory */
};

/* NULL: no memory. */
struct model *model_new(void);
void model_free(struct model *model);

enum model_state model_peer_state(struct model_peer *peer);
enum model_state model_endpoint_state(struct model_endpoint *endpoint);
enum model_state model_pair_state(struct model_pair *pair);
const char *model_state_name(enum model_state state);
/* Does this endpoint take, or make, connections without security? */
bool model_accepts_unsecured(const struct model_endpoint *endpoint);
/* The reason to be told in this state: of the process itself before what it supposes of the peer. */
struct model_text model_reason(const struct model_tally *tally, enum model_state state);

#endif
