/* SPDX-License-Identifier: MIT */
/*
 * What the connections of an endpoint are to be like. One is shared by all endpoints of which the same is to
 * be known, and lasts as long as anybody refers to it: a listener's descriptor, a connection, a call that
 * makes an endpoint, and a socket that may still connect (using.h). A tag or a path whose tie is gone by
 * mistake makes no connection in clear: the one is refused, and of the other none goes before its socket has.
 */
#ifndef SHIM_TIE_H
#define SHIM_TIE_H

#include "shim/core/tap.h"

#include <sys/types.h>
#include <zmq.h>

/* libzmq's own, of the library that has the context. */
struct tap_zap_calls {
	__typeof__(&zmq_socket) socket;
	__typeof__(&zmq_close) close;
	__typeof__(&zmq_connect) connect;
	__typeof__(&zmq_setsockopt) setsockopt;
	__typeof__(&zmq_getsockopt) getsockopt;
	__typeof__(&zmq_send) send;
	__typeof__(&zmq_recv) recv;
};

/* The program's own ZAP handler (rfc.zeromq.org/spec/27), which is asked who may come in: zap.c. */
struct tap_zap {
	struct tap_zap_calls calls;
	void *context; /* libzmq's, in which the handler is looked for; NULL: nobody is asked */
	int patience;  /* ms: ZMQ_HANDSHAKE_IVL; 0: no bound */
	bool enforces; /* ZMQ_ZAP_ENFORCE_DOMAIN: without a handler nobody comes in */
	bool passes;   /* libzmq asks as well, and is told no name: its program has that by zmq_msg_gets */
	unsigned id_length;
	char domain[256];
	uint8_t id[256]; /* ZMQ_ROUTING_ID */
};

struct tap_tie {
	struct tap_tie *next;	/* of those with this hash */
	uint32_t number;	/* its tag's; no two that are there have one in common */
	uint32_t hash;		/* of the endpoint */
	unsigned references;	/* tie.c's */
	unsigned users;		/* ... of them those of sockets that may connect */
	uint64_t used;		/* when it last had another: of tap_tie_clock */
	bool server, binds;	/* its role in the handshake, and how it was made */
	bool decides;		/* a connection may go without: both ends see what the other offers */
	bool unseen;		/* an address, by which a libzmq is judged whose calls are not seen */
	bool paced;		/* after a handshake that came to nothing the next try is some time off, */
	uint64_t failed;	/* ... since this was it: monotonic ns */
	bool denied;		/* ... and where none may go that has no security of its own */
	uint32_t fails;		/* the line of the rule that has calls fail of whom peers refuse; 0: none */
	bool once;		/* ... and libzmq does not try again (ZMQ_RECONNECT_IVL, _STOP) */
	unsigned refusals;	/* ... in a row so far, */
	uint64_t refused_since; /* ... and when the first was: monotonic ns */
	bool refused;		/* ... for good, since it was last connected: using.c's */
	int send_buffer;	/* the program's own ZMQ_SNDBUF; -1: the kernel's choice */
	int64_t largest;	/* its ZMQ_MAXMSGSIZE, to which all is held here; -1: no limit */
	_Atomic(void *) socket; /* NULL: it is of more than one */
	enum pol_nametype principal_type, service_type;
	char endpoint[256];		   /* as the program gave it */
	char principal[256], service[256]; /* "" principal: the default credential */
	struct tap_zap zap;
	void *credential;  /* of a server, once it was acquired; it goes with the tie */
	uint32_t steps_in; /* the lineage of which threads are at GSSAPI for it, */
	unsigned steps;	   /* and how many */
};

/* As many as there can be at once. */
#define TAP_TIES 250000

/* The tie that is like this one, referred to once more. NULL: no room; or *mistakable: another socket that
 * connects to this path is secured otherwise, and the two cannot be told apart. */
struct tap_tie *tap_tie_like(struct tap_tie *wanted, bool *mistakable);
/* One reference more, or less; none of an address's (unseen.h), which stays. NULL is none. errno is kept. */
struct tap_tie *tap_tie_refer(struct tap_tie *tie);
void tap_tie_drop(struct tap_tie *tie);
/* A credential of a tie that is gone, for who acquires one to release; NULL: there is none. */
void *tap_tie_credential_left(void);
/* The same of a socket that may connect. */
void tap_tie_use(struct tap_tie *tie);
void tap_tie_unuse(struct tap_tie *tie);
uint32_t tap_tie_hash(const char *endpoint);
/* For so many ms no descriptor was for it. */
bool tap_tie_is_quiet(struct tap_tie *tie, uint64_t ms);
/* ms, of a clock that goes on only while endpoints are made, a second at most for each: who was stopped, or
 * had nothing to do, has lost no time by it. */
uint64_t tap_tie_clock(void);

/* Something is secured in this process, or was. */
bool tap_ties_exist(void);

/* Fields of the event that tells of it. */
void tap_tie_put(struct tr_draft *draft, const struct tap_tie *tie);

/* The tie whose tag is this value of ZMQ_SNDBUF; the newest client's of an ipc:// endpoint. Referred to once
 * more. NULL: none. */
#define TAP_SNDBUF_TAG 0x67000000
static inline bool tap_is_tag(int value)
{
	return (value & ~0xffffff) == TAP_SNDBUF_TAG;
}
/* A size that the kernel takes for the same, and that is no tag. */
static inline int tap_no_tag(int value)
{
	return value ^ 0x1000000;
}
struct tap_tie *tap_tie_of_tag(int value);
struct tap_tie *tap_tie_of_path(const char *endpoint);

#endif
