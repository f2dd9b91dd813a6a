/* SPDX-License-Identifier: MIT */
/* The entries of context_table.c, private to it and to those who follow contexts: handshake.c, told.c. */
#ifndef SHIM_CONTEXT_H
#define SHIM_CONTEXT_H

#include "shim/gss/facts.h"

struct context {
	struct context *next;
	gss_ctx_id_t handle;
	enum tr_role role; /* 0: not known */
	bool established, hashed, imported;
	bool judged;	  /* before it was complete, since it could already protect messages */
	bool unjudged;	  /* somebody is to be judged before it protects messages, and was not yet */
	bool told;	  /* its failure is in the trace */
	bool summed;	  /* what it carried is in the trace, but for what is counted below */
	bool guests;	  /* a guest's, who tells of it himself */
	const char *left; /* its last call never returned, and why; NULL: it did */
	unsigned would;	  /* see tap_judge */
	unsigned used;	  /* bits of enum pol_use: what was judged, and told if there was something to tell */
	uint32_t judged_by; /* which policy: see tap_policy_generation */
	uint32_t kicks;	    /* the last one in it: see pol_judge_kick */
	uint64_t usable;    /* since when, by tap_age_clock */
	uint64_t ends;	    /* then it is judged by its age; 0: never */
	uint64_t expires;   /* then it is told that its ticket ends; 0: it was, or has none */
	OM_uint32 ended;    /* by a later policy or its age, with this minor status; 0: it is not */
	uint32_t process;   /* lineage of who followed it last, 0 in its first call: a child of fork has those
			       of its parent, too */
	uint8_t first_hash[16];
	uint32_t rounds;
	uint64_t started, established_at;
	uint64_t out_calls, out_bytes, in_calls, in_bytes;
	uint64_t stored_device, stored_file; /* where what was delegated in it is; 0: it stays there */
	uint32_t stored_by;		     /* lineage */
	struct tap_facts facts;
};

/* A new entry, all zero, which the caller owns. NULL: no memory. */
struct context *tap_context_new(void);
void tap_context_free(struct context *c);
/* Into the table under this handle, and out of it: then the caller owns it again. NULL: not there. */
void tap_context_enter(struct context *c, gss_ctx_id_t handle);
struct context *tap_context_take(gss_ctx_id_t handle);
/*
 * What is known of it, for a use that is judged. *again: that was so before; NULL: it does
 * not count. False: nothing is known.
 */
bool tap_context_use(gss_ctx_id_t handle, enum pol_use use, struct tap_facts *facts, bool *again);
/* Its last call never returned. */
void tap_context_left(gss_ctx_id_t handle, const char *reason);
bool tap_context_is_unjudged(gss_ctx_id_t handle);
/*
 * True: it can protect messages, was judged by another policy than this one or is of the age to be judged
 * again, and is a guest's or is not. *copy, unless that is NULL, is it then. *ended: as above, of one that is
 * not a guest's.
 */
bool tap_context_is_behind(gss_ctx_id_t handle, uint32_t generation, bool guests, struct context *copy,
			   OM_uint32 *ended);
/* When it is judged by its age next; 0: never. */
uint64_t tap_context_end(gss_ctx_id_t handle);
/* It was judged by that one, as this copy says, and is to be ended or not. */
void tap_context_judged(gss_ctx_id_t handle, uint32_t generation, const struct context *copy,
			OM_uint32 ended);
/* It is about to be judged by the policy in force, or by a later one. */
static inline void tap_context_is_judged(struct context *c)
{
	c->judged_by = tap_policy_generation();
	c->kicks = TAP_POLICY(pol_last_kick);
}

/* One of this process's that is not a guest's, of which that is to be told now; it is as if it were, then.
 * *next: when another one is, if that is before. False: there is no other. */
bool tap_context_expiring(unsigned *bucket, uint64_t now, uint64_t *next, struct context *copy);
/* The same of a guest's, by its handle. */
bool tap_context_guest_expiring(gss_ctx_id_t handle, uint64_t now, uint64_t *next, struct context *copy);

/* --- expires.c: before it is entered. */
void tap_expires_follow(struct context *c);
/* Is a keytab another file by now? For who is about to read it: where that hangs, so would the look. */
void tap_expires_look(void);
/* Of a guest's: kept or, where that is NULL, of this handle. Returns when to ask again; 0: never. */
uint64_t tap_expires_guests(struct context *kept, gss_ctx_id_t handle);

/* --- age.c */
/* It can be used from now on, and is judged again when its time is over. */
void tap_context_usable(struct context *c);
/* Its time by the policy in force. */
void tap_context_limit(struct context *c);
/* How old it is, in seconds. */
uint32_t tap_context_age(const struct context *c);
/*
 * One that this process has followed and that is open, of which nothing is told as yet; from now on it counts
 * as told. A copy: the entry stays, for who is still at work with it. bucket: where to go on, 0 at first.
 * False: there is no other.
 */
bool tap_context_open(unsigned *bucket, struct context *copy);
/* The same of a guest's: what he has kept of it or, where that is NULL, the entry of this handle. */
bool tap_context_guests(struct context *kept, gss_ctx_id_t handle, struct context *copy);
/* Its ends, and the name of its handshake. */
void tap_context_put(const struct context *c, struct tr_draft *draft);
void tap_context_carried(struct context *c, bool outbound, size_t bytes);

#endif
