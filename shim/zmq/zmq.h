/* SPDX-License-Identifier: MIT */
/*
 * What the zmq_ wrappers share: the sockets they know, and the API's way to fail.
 */
#ifndef SHIM_ZMQ_REAL_H
#define SHIM_ZMQ_REAL_H

#include "shim/core/wrap.h"

#include <zmq.h>

/* Draft functions, which <zmq.h> hides: the prototypes of libzmq 4.3.5. */
int zmq_ctx_set_ext(void *context, int option, const void *value, size_t length);
int zmq_ctx_get_ext(void *context, int option, void *value, size_t *length);
int zmq_socket_monitor_versioned(void *socket, const char *address, uint64_t events, int version, int type);
uint32_t zmq_connect_peer(void *socket, const char *endpoint);
int zmq_disconnect_peer(void *socket, uint32_t routing_id);

/* No library has the function. */
static inline int tap_zmq_missing(void)
{
	errno = ENOSYS;
	return -1;
}

/* sockets.c: what cannot be asked of a socket itself */
enum tap_socket_flag {
	TAP_SOCKET_RAW = 1, /* ZMQ_ROUTER_RAW was set */
	/* Waits that its program set by itself. */
	TAP_SOCKET_HANDSHAKE_IVL = 2,
	TAP_SOCKET_RECONNECT_IVL = 4,
	TAP_SOCKET_RECONNECT_IVL_MAX = 8,
	TAP_SOCKET_CONNECT_TIMEOUT = 16,
	/* Its messages are looked at: an XSUB's, on which the program was seen to send; a ZAP handler's. */
	TAP_SOCKET_XSUB = 32,
	TAP_SOCKET_XSUB_SENDS = 64,
	TAP_SOCKET_ZAP = 128,
};
struct tap_socket {
	struct tap_socket *next;
	void *socket; /* NULL: this place is free */
	unsigned flags;
	void *handler; /* zap.c: what a ZAP handler was asked; kept for the next one at this place */
};
/* NULL: nothing is known of it. */
struct tap_socket *tap_socket_known(const void *socket);
/* NULL: there is no room to know it. */
struct tap_socket *tap_socket_flag(void *socket, unsigned flag);
void tap_socket_unflag(const void *socket, unsigned flag);
void tap_socket_forget(const void *socket);
bool tap_socket_has(const void *socket, unsigned flag);
/* By its own answer; -1 when it gives none. */
int tap_socket_type(const struct tap_scope *scope, void *socket);
int tap_socket_mechanism(const struct tap_scope *scope, void *socket);

/* value.c: an option and its value in an event, the value as it may be shown */
void tap_put_socket_option(struct tr_draft *draft, int option, const void *value, size_t length);
void tap_put_context_option(struct tr_draft *draft, int option, const void *value, size_t length);
void tap_put_context_number(struct tr_draft *draft, int option, int value);
bool tap_context_option_known(int option);

/* zap.c: a handler's messages are looked at from now on. False: there is no room to. */
bool tap_zap_watch(void *socket);

/* inject.c */
/*
 * Sets GSSAPI on the socket for one endpoint. 0, or an errno with reason filled: then nothing is left set.
 * migrate gets the endpoint to be made instead or as well, or "".
 */
int tap_inject(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
	       const struct pol_inject *rule, char *migrate, size_t migrate_size, char *reason, size_t size);
/* After the bind or connect: the endpoint has its copy, the socket gets back what it had. */
void tap_inject_undo(const struct tap_scope *scope, void *socket);
/* The same for a socket whose program set GSSAPI itself: marked for the repairs, otherwise as it is. */
void tap_adopt(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts);
void tap_adopt_undo(const struct tap_scope *scope, void *socket);

#endif
