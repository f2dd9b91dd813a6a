/* SPDX-License-Identifier: MIT */
/* The entries of context_table.c, private to it and to handshake.c. */
#ifndef SHIM_CONTEXT_H
#define SHIM_CONTEXT_H

#include "shim/gss/facts.h"
#include "shim/repair/inside.h"

struct context {
	struct context *next;
	gss_ctx_id_t handle;
	enum tr_role role; /* 0: not known */
	bool established, hashed, imported;
	bool judged;   /* before it was complete, since it could already protect messages */
	bool told;     /* its failure is in the trace */
	bool unjudged; /* nobody was judged yet, and somebody is to be: it protects no messages */
	uint8_t first_hash[16];
	uint32_t rounds;
	uint64_t started, established_at;
	uint64_t out_calls, out_bytes, in_calls, in_bytes;
	const struct tap_tie *tie;
	int fd;
	uint64_t attached;   /* tap_subscriptions_now when its connection began, plus 1; 0 not known yet */
	uint64_t topics[32]; /* said on it, of those that could be taken for something else */
	unsigned topic_count;
	struct tap_facts facts;
};

/* A new entry, all zero, which the caller owns. NULL: no memory. */
struct context *tap_context_new(void);
void tap_context_free(struct context *c);
/* Into the table under this handle, and out of it: then the caller owns it again. NULL: not there. */
void tap_context_enter(struct context *c, gss_ctx_id_t handle);
struct context *tap_context_take(gss_ctx_id_t handle);
bool tap_context_is_unjudged(gss_ctx_id_t handle);

#endif
