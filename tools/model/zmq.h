/* SPDX-License-Identifier: MIT */
/*
 * What a process set its ZeroMQ sockets to when it opened an endpoint: by that a diagnosis knows which
 * handshake of libzmq's was to be which, and where there can be none. Kept only where somebody asks for talks
 * (talk.h), and no more of a process than ENDS_MOST: what has more is not judged.
 */
#ifndef TOOLS_MODEL_ZMQ_H
#define TOOLS_MODEL_ZMQ_H

#include "tools/model/model.h"

#define ZMQ_ENDS_MOST 128
#define ZMQ_CLOSINGS 64

/* The options that count, as zmq_setsockopt(3) has them; all zero are libzmq's defaults. */
struct model_zmq_options {
	struct model_text principal, service, zap_domain;
	uint32_t principal_type, service_type; /* 0: ZMQ_GSSAPI_NT_HOSTBASED */
	uint32_t handshake_ivl;		       /* ms */
	bool handshake_ivl_set, server, plaintext;
};

/* An endpoint that was bound or connected; those that are alike are one. */
struct model_zmq_end {
	struct model_zmq_end *next;
	enum tr_role way; /* server: bound; client: connected */
	struct model_text endpoint;
	struct model_zmq_options options;
	enum model_mechanism mechanism;
	bool whole;	 /* all that its socket was set to was seen */
	bool injected;	 /* by gsstap, which sets what the program did not */
	uint64_t opened; /* the first time */
};

struct model_zmq_ends {
	struct model_zmq_end *first, *last;
	unsigned count;
	bool more; /* than are kept */
};

struct model_zmq {
	struct model_zmq_ends gssapi_ends, other_ends; /* by their mechanism */
	struct model_zmq_library {
		uint64_t base, size;
		struct model_text path;
		bool at_start; /* of the process, when what it calls was told as well */
	} libraries[8];
	unsigned library_count;
	struct {
		uint32_t option; /* the first of GSSAPI's that was refused with EINVAL; 0: none */
		uint64_t first, last, count;
		bool takes; /* another one was taken */
	} gssapi;
	uint64_t accepted, initiated; /* security contexts that libzmq established */
	bool told; /* the trace has calls that are of no endpoint: of all functions, then */
	/* When calls began that close sockets or endpoints, the last of them: [closings % ZMQ_CLOSINGS] is
	 * next. */
	uint64_t closed[ZMQ_CLOSINGS], closings;
};

/* Did a call that closes something begin within this time? True also where that is not known any more. */
bool model_zmq_closed(const struct model_zmq *zmq, uint64_t from, uint64_t to);

/* Something was closed, or all of it, at this time; zmq may be NULL. */
void model_zmq_closes(struct model_zmq *zmq, uint64_t time);

void model_zmq_options_free(struct model_zmq_options *options);
void model_zmq_free(struct model_zmq *zmq);

#endif
