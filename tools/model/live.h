/* SPDX-License-Identifier: MIT */
/*
 * What the model knows of while events are read: what handles and addresses of a process stand for.
 */
#ifndef TOOLS_MODEL_LIVE_H
#define TOOLS_MODEL_LIVE_H

#include "tools/model/model.h"

/* An endpoint that a socket has without security. */
struct model_use {
	struct model_use *next;
	struct model_endpoint *endpoint;
};

/* Which process the events of a pid in an interface of a file are of; and which an identity is. */
struct model_known {
	struct model_node node;
	struct model_process *process;
	bool mixed;		/* of two hosts or containers, that ran at one time */
	struct model_text boot; /* of an identity, its pid namespace, and its start */
	uint64_t space, started, pid;
};

/* A handle of a process, or a thread: what each is for depends on the list. */
struct model_handle {
	struct model_node node;
	enum model_mechanism mechanism;	   /* sockets: what the program set */
	bool plaintext;			   /* sockets: the same, of GSSAPI */
	bool made;			   /* sockets: seen from the beginning; with a listener */
	struct model_use *uses;		   /* sockets */
	struct model_zmq_options *options; /* sockets: zmq.h; NULL: none were set */
	struct model_endpoint *endpoint;   /* pending: was injected, and is about to be bound or connected */
	struct model_tally *tally[2];	   /* contexts: of the endpoint and peer, or of the pair */
	bool at_endpoint;		   /* contexts: of libzmq's, where its endpoint is known */
	bool strict; /* contexts: of a connection that gsstap secures: what is not encrypted is not taken */
	bool by_zmq; /* contexts: the same, whatever is known */
	bool whole;  /* contexts: established here, or imported: a call of a handshake in it is none */
	struct model_program *begun_in; /* contexts: whose handshake has not ended; NULL: it has */
	struct model_text begun_with;	/* contexts: the acceptor that was asked for, while it has not */
	uint64_t begun_at, begun_seq;	/* contexts: when its last call was recorded, by which thread */
	uint32_t begun_tid;
};

/* A handshake of which one end was seen, by the hash of its first token; or a context that was exported, by
 * what its import has in common with that. */
struct model_handshake {
	struct model_node node;
	struct model_tally *waiting[2]; /* the initiator's, which does not know how it ended; the context's */
	enum model_fact counted;	/* ... and that it was counted as there */
	uint64_t established;		/* when the acceptor did */
	struct model_text failed;	/* ... or why it did not, so far */
	bool disproved;			/* ... by which it is counted now */
	struct model_handshake *older, *newer;
};
void model_handshake_release(void *handshake);
#define MODEL_HANDSHAKES 65536 /* that wait at one time; the oldest are given up */

/* An endpoint's name in one of the forms in which an address can mean it. */
struct model_address {
	struct model_node node;
	struct model_endpoint *endpoint;
	bool several;
};

/* A talk that has not ended, by its context, or by its thread where there is none yet. */
struct model_open_talk {
	struct model_node node;
	struct model_talk *talk;
};
void model_open_talk_release(void *open);

struct model_handle *model_handle(struct model *model, struct model_list *list,
				  const struct model_process *process, uint64_t handle);
struct model_handle *model_handle_known(const struct model_list *list, const struct model_process *process,
					uint64_t handle);
/* The same of what a process executes, or executed: model_process.image. */
struct model_handle *model_handle_of(const struct model_list *list, uint64_t image, uint64_t handle);
void model_handle_drop(struct model_list *list, struct model_handle *handle);
/* Ends a socket's uses of one endpoint, or of all. */
void model_uses_end(struct model_handle *socket, const struct model_endpoint *only, uint64_t time);
void model_handle_release(void *handle);
void model_known_release(void *known);
/* What is in them. */
void model_about_free(struct model_about *about);
void model_gap_free(void *gap);

/* The host part of "tcp://host:port"; what has no port stays whole. Points into address. */
struct model_text model_address_host(struct model_text address);
/*
 * Does a connection to one endpoint come to the other, which was bound on this host? together: both processes
 * share a machine and container. False where names and addresses do not tell.
 */
bool model_address_meet(struct model_text bound, struct model_text host, struct model_text connected,
			bool together);
/* Makes an endpoint known by its name. */
void model_address_add(struct model *model, struct model_endpoint *endpoint, struct model_text name);
/*
 * Which endpoint of a program a connection belongs to: its own end and the other's, as the kernel tells them.
 * NULL: none, or more than one could be.
 */
struct model_endpoint *model_address_endpoint(const struct model *model, const struct model_program *program,
					      struct model_text own, struct model_text peer);

#endif
