/* SPDX-License-Identifier: MIT */
/*
 * What the zmq_ wrappers share: the sockets they know, and the API's way to fail.
 */
#ifndef SHIM_ZMQ_REAL_H
#define SHIM_ZMQ_REAL_H

#include "shim/core/wrap.h"

#include <zmq.h>

/* Drafts, which <zmq.h> hides: as of libzmq 4.3.5. */
int zmq_ctx_set_ext(void *context, int option, const void *value, size_t length);
int zmq_ctx_get_ext(void *context, int option, void *value, size_t *length);
int zmq_socket_monitor_versioned(void *socket, const char *address, uint64_t events, int version, int type);
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif
uint32_t zmq_connect_peer(void *socket, const char *endpoint);
int zmq_disconnect_peer(void *socket, uint32_t routing_id);

/* No library has the function. */
static inline int tap_zmq_missing(void)
{
	errno = ENOSYS;
	return -1;
}

/* Does the policy say anything about ZeroMQ? */
bool tap_zmq_ruled(void);

/* sockets.c: what cannot be asked of a socket itself */
enum tap_socket_flag {
	TAP_SOCKET_RAW = 1, /* ZMQ_ROUTER_RAW was set */
	/* Waits that its program set by itself. */
	TAP_SOCKET_HANDSHAKE_IVL = 2,
	TAP_SOCKET_RECONNECT_IVL = 4,
	TAP_SOCKET_ZAP = 8,	    /* it is bound as a context's ZAP handler */
	TAP_SOCKET_ZAP_MOVED = 256, /* ... by another name than the program's */
	TAP_SOCKET_DOMAIN = 16,	    /* its ZAP domain is kept here: libzmq has none */
	/* Of one that is to fail where its peers refuse it (on-failure). */
	TAP_SOCKET_ELSEWHERE = 32, /* it has endpoints of which that is not asked */
	TAP_SOCKET_REFUSED = 64,   /* they do, at all that it has */
	TAP_SOCKET_MARKED = 128,   /* libzmq asks who may come in, also under NULL (shim/auth/mark.c) */
};
struct tap_socket {
	struct tap_socket *next;
	void *socket;  /* NULL: this place is free */
	void *context; /* it was made in; NULL: not known */
	unsigned flags;
	uint32_t handler;     /* a number, once it was bound as a ZAP handler; 0: it was not */
	struct tap_lock turn; /* turn.c's */
	uintptr_t turn_frame; /* ... and where on the stack its holder is */
	size_t domain_length;
	char domain[256];
};
/* NULL: nothing is known of it. */
struct tap_socket *tap_socket_known(const void *socket);
/* NULL: there is no room to know it. */
struct tap_socket *tap_socket_flag(void *socket, unsigned flag);
void tap_socket_unflag(const void *socket, unsigned flag);
/* Of one that is known. */
void tap_socket_add(const void *socket, unsigned flag);
void tap_socket_forget(const void *socket);
/* It is one of this context. */
void tap_socket_made(void *socket, void *context);
/* NULL: not known. */
void *tap_socket_context(const void *socket);
/* Its number, from now on: it is to be bound as a ZAP handler. */
void tap_socket_handles(struct tap_socket *socket);
/* Where a context's ZAP handler is, and its number. NULL: no socket of it is bound as that. */
const char *tap_socket_zap(const void *context, uint32_t *number);
/* Is the socket of this number still there? How many of them are not any more: */
bool tap_socket_handler_lives(uint32_t number);
uint32_t tap_socket_handlers_gone(void);
bool tap_socket_has(const void *socket, unsigned flag);
/* By its own answer; -1 when it gives none. */
int tap_socket_type(const struct tap_scope *scope, void *socket);
int tap_socket_mechanism(const struct tap_scope *scope, void *socket);
int tap_socket_plaintext(const struct tap_scope *scope, void *socket);

/* message.c: some socket has an endpoint whose refusal is to be told; */
extern bool tap_moves_may_fail;
/* It is refused at all that it has, and the policy does not only look on. */
bool tap_socket_is_refused(const void *socket);
/* ... and this thread sends or receives by such a one. */
bool tap_moves_in_vain(void);

/* sender.c: the property that says who was proved where libzmq has an empty User-Id of a ZAP handler; no peer
 * knows its name. NULL: it could not be made up. */
const char *tap_sender_property(void);
/*
 * moved.c: with zmq.auth the program's ZAP handler is bound by another name, and ours where libzmq asks. The
 * names are equally long, so that either has room where the other was read.
 */
#define TAP_ZAP "inproc://zeromq.zap.01"
#define TAP_ZAP_MOVED "inproc://gsstap.zap.01"
/* What libzmq has for what the program calls so. */
const char *tap_zmq_moved(const void *socket, const char *endpoint);
/* The program undoes this endpoint: it is no handler any more, if it was. */
void tap_zmq_undone(const void *socket, const char *endpoint);
/* An endpoint as libzmq tells it becomes what the program calls it. */
void tap_zmq_name_back(char *endpoint, size_t length);

/* malformed.c: the errno with which libzmq does not take this endpoint; 0: it may take it. */
int tap_zmq_malformed(const struct tap_scope *scope, enum pol_way way, void *socket, const char *endpoint);
#define TAP_ZMQ_ITSELF (-2) /* it does not, with an errno that only it knows */

/* domain.c: its ZAP domain, of 1 to 255 bytes. False: there is no room to keep it. */
bool tap_domain_keep(void *socket, const void *value, size_t length);
/* NULL: none is kept. */
const char *tap_domain_kept(const void *socket, size_t *length);
/* libzmq has it from now on. */
void tap_domain_give(const struct tap_scope *scope, void *socket);
/* ... until it is given another one. False: it has it not. */
bool tap_domain_lend(const struct tap_scope *scope, void *socket);

/* value.c: an option and its value in an event, the value as it may be shown */
void tap_put_socket_option(struct tr_draft *draft, int option, const void *value, size_t length);
void tap_put_context_option(struct tr_draft *draft, int option, const void *value, size_t length);
void tap_put_context_number(struct tr_draft *draft, int option, int value);
bool tap_context_option_known(int option);

#endif
