/* SPDX-License-Identifier: MIT */
/*
 * What the connections of an endpoint are to be like. One is shared by all endpoints of which the same is to
 * be known, and stays for good: a socket that was closed goes on connecting for as long as it has something
 * to send.
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
	unsigned id_length;
	char domain[256];
	uint8_t id[256]; /* ZMQ_ROUTING_ID */
};

struct tap_tie {
	uint32_t number, hash;	/* of the endpoint */
	bool server, binds;	/* its role in the handshake, and how it was made */
	bool decides;		/* a connection may go without: both ends see what the other offers */
	bool unseen;		/* an address, by which a libzmq is judged whose calls are not seen */
	bool denied;		/* ... and where none may go that has no security of its own */
	int send_buffer;	/* the program's own ZMQ_SNDBUF; -1: the kernel's choice */
	int64_t largest;	/* its ZMQ_MAXMSGSIZE, in bytes; -1: no limit */
	_Atomic(void *) socket; /* NULL: it is of more than one */
	enum pol_nametype principal_type, service_type;
	char endpoint[256];		   /* as the program gave it */
	char principal[256], service[256]; /* "" principal: the default credential */
	struct tap_zap zap;
	void *credential; /* of a server, once it was acquired; it goes with the process */
	pid_t steps_in;	  /* the process of which threads are at GSSAPI for it, */
	unsigned steps;	  /* and how many */
};

/* The tie that is like this one. NULL: no room; or *mistakable: another socket that connects to this path is
 * secured otherwise, and the two cannot be told apart. */
struct tap_tie *tap_tie_like(struct tap_tie *wanted, bool *mistakable);

/* Something is secured in this process, or was. */
bool tap_ties_exist(void);

/* Fields of the event that tells of it. */
void tap_tie_put(struct tr_draft *draft, const struct tap_tie *tie);

/* The tie whose tag is this value of ZMQ_SNDBUF; the newest client's of an ipc:// endpoint. NULL: none. */
#define TAP_SNDBUF_TAG 0x67730000
static inline bool tap_is_tag(int value)
{
	return (value & ~0xffff) == TAP_SNDBUF_TAG;
}
/* A size that the kernel takes for the same, and that is no tag. */
static inline int tap_no_tag(int value)
{
	return value ^ 0x10000;
}
struct tap_tie *tap_tie_of_tag(int value);
struct tap_tie *tap_tie_of_path(const char *endpoint);

#endif
