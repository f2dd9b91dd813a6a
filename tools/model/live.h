/* SPDX-License-Identifier: MIT */
/*
 * What the model knows of while events are read: what handles and addresses of a process stand for.
 */
#ifndef TOOLS_MODEL_LIVE_H
#define TOOLS_MODEL_LIVE_H

#include "tools/model/model.h"

/* An endpoint that a socket has without security. */
struct sum_use {
	struct sum_use *next;
	struct sum_endpoint *endpoint;
};

/* A handle of a process, or a thread: what each is for depends on the list. */
struct sum_handle {
	struct sum_node node;
	enum sum_mechanism mechanism;  /* sockets: what the program set */
	bool plaintext;		       /* sockets: the same, of GSSAPI */
	struct sum_use *uses;	       /* sockets */
	struct sum_endpoint *endpoint; /* pending: was injected, and is about to be bound or connected */
	struct sum_tally *tally[2];    /* contexts: of the endpoint and peer, or of the pair */
	bool at_endpoint;	       /* contexts: of libzmq's */
};

/* A handshake of which one end was seen, by the hash of its first token. */
struct sum_handshake {
	struct sum_node node;
	struct sum_tally *abandoned[2]; /* the initiator's, which gave it up */
	uint64_t established;		/* when the acceptor did */
	struct sum_handshake *older, *newer;
};
#define SUM_HANDSHAKES 65536 /* that wait at one time; the oldest are given up */

/* An endpoint's name in one of the forms in which an address can mean it. */
struct sum_address {
	struct sum_node node;
	struct sum_endpoint *endpoint;
	bool several;
};

struct sum_handle *sum_handle(struct summary *s, struct sum_list *list, const struct tr_event *event,
			      uint64_t handle);
struct sum_handle *sum_handle_known(const struct sum_list *list, const struct tr_event *event,
				    uint64_t handle);
void sum_handle_drop(struct sum_list *list, struct sum_handle *handle);
/* Ends a socket's uses of one endpoint, or of all. */
void sum_uses_end(struct sum_handle *socket, const struct sum_endpoint *only, uint64_t time);
void sum_handle_release(void *handle);

/* The host part of "tcp://host:port"; what has no port stays whole. Points into address. */
struct sum_text sum_address_host(struct sum_text address);
/* Makes an endpoint known by its name, or by where it migrates to. */
void sum_address_add(struct summary *s, struct sum_endpoint *endpoint, struct sum_text name);
/*
 * Which endpoint of a program a connection belongs to: its own end and the other's, as the kernel tells them.
 * NULL: none, or more than one could be.
 */
struct sum_endpoint *sum_address_endpoint(const struct summary *s, const struct sum_program *program,
					  struct sum_text own, struct sum_text peer);

#endif
