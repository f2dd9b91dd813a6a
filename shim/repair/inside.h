/* SPDX-License-Identifier: MIT */
/*
 * Inside libzmq: what its GSSAPI mechanism does wrong is put right from the functions it calls, as facts.md
 * section 2 numbers the defects. Nothing is decided by a version; each repair has a keyword of zmq.repairs,
 * and acts only on libraries that tap_inside has entered.
 *
 * libzmq's own slots for recv, send, close, malloc and free are pointed at ours. That shows each connection's
 * greetings (whom it speaks to, and with which mechanism), lets a connection end in the way that libzmq
 * retries, and tells whether libzmq frees what it wraps.
 */
#ifndef SHIM_INSIDE_H
#define SHIM_INSIDE_H

#include "shim/core/tap.h"
#include "shim/inject/ties.h"
#include "shim/line/connection.h"
#include "shim/zmq/repairs.h"

#include <sys/types.h>

/* From now on libzmq's calls of GSSAPI are looked at: guest.c. */
void tap_become_guest(void);

/* Watches the libzmq that holds this function, once; before its first endpoint that is injected or adopted.
 */
void tap_inside(const void *zmq_function);

/*
 * Such a connection has a stand-in for each GSSAPI object that libzmq would have: it protects nothing, and
 * what it makes is taken apart again before it is sent (zmtp.h). None of it is a call to be recorded.
 */
extern unsigned tap_stand_ins; /* that were ever made: without any, handles are not looked at */
bool tap_stand_in(const void *handle);
/* For the connection that this thread works for, which goes without. False: it may not. */
bool tap_stand_in_acquire(struct tap_tie *tie, gss_cred_id_t *cred);
OM_uint32 tap_stand_in_init(gss_cred_id_t cred, gss_ctx_id_t *context, gss_buffer_t token, OM_uint32 *flags);
OM_uint32 tap_stand_in_copy(gss_ctx_id_t context, bool outbound, const gss_buffer_desc *input,
			    int *conf_state, gss_buffer_t output);
void tap_stand_in_release(const void *handle, bool context);

/* leak: before a gss_wrap of libzmq's, and at the gss_release_buffer that follows it. */
void tap_leak_wrapping(const void *plaintext);
void tap_leak_released(void);

/* abort: libzmq reads on in what it has received already, after the message that ended the connection. True:
 * this one came after it, and says nothing. */
bool tap_unwrap_too_late(gss_ctx_id_t context, gss_buffer_t output, int *conf_state);
/* abort: what gss_unwrap is about to give to libzmq. May turn it into a failure or into a message that says
 * nothing. */
OM_uint32 tap_unwrap_repaired(const struct tap_scope *scope, OM_uint32 major, gss_ctx_id_t context,
			      gss_buffer_t output, int *conf_state);

/* Is what sockets are subscribed to followed? For the repair; where a client may go without GSSAPI, in any
 * case: a publisher that talks NULL can read those of libzmq's GSSAPI even less. */
static inline bool tap_follows_subscriptions(void)
{
	return tap_repairs(POL_REPAIR_SUBSCRIPTIONS) || (tap_on && pol_injects(&tap_policy));
}
/* subscriptions: what a socket is subscribed to, and a plaintext as it should have been made. */
void tap_subscription(void *socket, const void *topic, size_t length, bool subscribe);
void tap_subscriptions_drop(void *socket);
/* Counts all changes: what is older than a connection was said when it began. */
uint64_t tap_subscriptions_now(void);
/* A context that is gone. */
void tap_subscriptions_forget(const void *context);
/* *plain is replaced by the repaired one, which *room owns when it is not NULL (free). True: changed. */
bool tap_subscription_repaired(gss_ctx_id_t context, const gss_buffer_desc *input, gss_buffer_desc *plain,
			       void *small, size_t small_size, void **room);

#endif
