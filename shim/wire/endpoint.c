/* SPDX-License-Identifier: MIT */
/* Endpoints that are secured, when they are bound or connected: see wire.h. */
#include "shim/auth/handler.h"
#include "shim/wire/connection.h"
#include "shim/wire/options.h"
#include "shim/wire/principals.h"
#include "shim/wire/slots.h"
#include "shim/wire/trusted.h"
#include "shim/wire/turn.h"
#include "shim/wire/using.h"
#include "shim/wire/wire.h"
#include "shim/zmq/zmq.h"

#include <errno.h>

static void tell(const struct tap_scope *scope, void *socket, const struct tap_tie *tie)
{
	struct tr_draft *d = tap_event(scope, TR_E_inject);

	if (!d)
		return;
	tap_put_handle(d, TR_F_SOCKET, socket);
	tap_tie_put(d, tie);
	d->comment = tie->server ? "GSSAPI is spoken here, as server" : "GSSAPI is spoken here, as client";
	tr_commit(d);
}

/*
 * A client's handshake may be over before libzmq returns, and is to be known by then; libzmq takes all that
 * is an endpoint. What is bound may be taken already, and its first peer has to come and say something.
 */
static bool tell_early(const struct tap_scope *scope, void *socket, const struct tap_tie *tie)
{
	if (tie->binds || tap_zmq_malformed(scope, POL_CONNECT, socket, tie->endpoint))
		return false;
	tell(scope, socket, tie);
	return true;
}

/* libzmq before 4.2 leaves the size to the kernel where the option is 0, and takes no -1 for it. */
static int send_buffer_of(const struct tap_scope *scope, void *socket, int option)
{
	if (option)
		return option;
	if (!tap_option_set(scope, socket, ZMQ_SNDBUF, -1))
		return -1;
	tap_option_set(scope, socket, ZMQ_SNDBUF, option);
	return option;
}

/*
 * A server's libzmq gets the client's READY with who that is, by which it may be larger than the program
 * takes. So libzmq takes more, and the limit is ours (data.c); but not where a connection may go without.
 */
static bool grows(const struct tap_tie *tie)
{
	return tie->server && !tie->decides && tie->largest >= 0 &&
	       tie->largest <= INT64_MAX - (int64_t)WIRE_GROWS;
}

static bool set_largest(const struct tap_scope *scope, void *socket, int64_t largest)
{
	return tap_option_set_bytes(scope, socket, ZMQ_MAXMSGSIZE, &largest, sizeof(largest));
}

/* Does libzmq not try again what came to nothing in its handshake? */
static bool tries_once(const struct tap_scope *scope, void *socket)
{
	static const int reconnect_stop = 109, handshake_failed = 2; /* of libzmq's draft API */
	int interval = 0, stops = 0;

	tap_option_number(scope, socket, ZMQ_RECONNECT_IVL, &interval);
	tap_option_number(scope, socket, reconnect_stop, &stops);
	return interval < 0 || stops & handshake_failed;
}

/* The options that libzmq is to have, and the tie, are put on the socket. 0, or an errno. */
static int tie_to(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		  struct tap_tie *wanted, struct tap_wired *wired, char *reason, size_t size)
{
	size_t length = sizeof(wanted->largest);
	struct tap_tie *tie;
	bool mistakable;
	int error, given = -1;

	error = tap_auth_begin_secured(scope, socket, &wanted->zap.passes, reason, size);
	if (error)
		return error;
	wanted->socket = socket;
	wanted->binds = facts->way == POL_BIND;
	tap_copy(wanted->endpoint, sizeof(wanted->endpoint), facts->endpoint);
	tap_copy(reason, size, "too many endpoints to secure at once, or no memory for one more");
	if (!tap_option_number(scope, socket, ZMQ_SNDBUF, &wired->send_buffer) ||
	    !tap_option_bytes(scope, socket, ZMQ_MAXMSGSIZE, &wanted->largest, &length))
		return ENOMEM;
	wanted->paced = !wanted->binds && tap_reconnects_as_stock(scope, socket);
	wanted->once = wanted->fails && tries_once(scope, socket);
	wanted->send_buffer = send_buffer_of(scope, socket, wired->send_buffer);
	tie = tap_tie_like(wanted, &mistakable);
	if (mistakable) {
		tap_copy(reason, size,
			 "another socket that connects to this path is secured otherwise, and they cannot be "
			 "told "
			 "apart");
		return EACCES;
	}
	if (!tie)
		return ENOMEM;
	/* libzmq hands the tag to the kernel with each socket that it makes for this endpoint (slots.c). */
	tap_copy(reason, size, "this libzmq does not let its sockets be told apart (ZMQ_SNDBUF)");
	if (!tap_option_set(scope, socket, ZMQ_SNDBUF, TAP_SNDBUF_TAG | (int)tie->number)) {
		tap_tie_drop(tie);
		return EACCES;
	}
	if (!wired->own) /* its ZAP handler, or its peer's, may take its time */
		tap_wait_shorten(scope, socket);
	if (grows(tie))
		set_largest(scope, socket, tie->largest + (int64_t)WIRE_GROWS);
	wired->tie = tie;
	if (tie->fails)
		tap_wire_tries(tie);
	if (tie->binds)
		tap_wire_binding(tie);
	if (tie->binds && tap_option_number(scope, socket, ZMQ_USE_FD, &given) && given >= 0 &&
	    !tap_wire_listens(given)) {
		tap_copy(reason, size,
			 "the descriptor that the program gives (ZMQ_USE_FD) is no listener, or cannot be "
			 "followed");
		return EACCES;
	}
	return 0;
}

/* Can anything be secured in this process? */
static int prepare(const void *zmq_function, char *reason, size_t size)
{
	if (!tap_wire_gss_ready(reason, size) || !tap_wire_enter(zmq_function, reason, size))
		return EACCES;
	if (TAP_POLICY(pol_accelerates))
		tap_crypto(); /* here it may take its time, and not on an I/O thread */
	return 0;
}

/* What changes the socket comes after all that may wait for the loader, which another thread may have that
 * waits for its turn. */
static int begin_turn(const struct tap_scope *scope, void *socket, struct tap_wired *wired, char *reason,
		      size_t size)
{
	*wired = (struct tap_wired){0};
	if (tap_turn_begin(scope, socket, &wired->turn))
		return 0;
	tap_copy(reason, size,
		 "a signal handler opens an endpoint of a socket in the middle of another call");
	return EAGAIN;
}

static void give_up(const struct tap_scope *scope, void *socket, struct tap_wired *wired)
{
	tap_wire_end(scope, socket, wired, true);
	*wired = (struct tap_wired){0};
}

/* By which a rule of zmq.auth is found. */
static void take_domain(const struct tap_scope *scope, void *socket, struct tap_zap *zap)
{
	size_t length;
	const char *kept = tap_domain_kept(socket, &length);

	/* One that libzmq was given for another endpoint it asks about as well. */
	if (kept)
		tap_copy(zap->domain, sizeof(zap->domain), kept);
	else
		tap_option_text(scope, socket, ZMQ_ZAP_DOMAIN, zap->domain, sizeof(zap->domain));
}

int tap_wire_begin(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		   const struct pol_inject *rule, const void *zmq_function, struct tap_wired *wired,
		   char *reason, size_t size)
{
	struct tap_tie wanted = {
		.server = facts->way == POL_BIND,
		.decides = rule->phase == POL_PHASE_REPORT,
		.principal_type = rule->principal_type,
		.service_type = rule->service_type,
		.fails = rule->fails,
	};
	int error = tap_principals(facts, rule, &wanted, reason, size);

	if (!error)
		error = prepare(zmq_function, reason, size);
	if (!error)
		error = begin_turn(scope, socket, wired, reason, size);
	if (error)
		return error;
	if (wanted.server && TAP_POLICY(pol_authenticates)) {
		take_domain(scope, socket, &wanted.zap);
		wanted.zap.passes = !rule->skips_zap && wanted.zap.domain[0];
	}
	if (wanted.fails)
		__atomic_store_n(&tap_moves_may_fail, true, __ATOMIC_RELEASE);
	error = tie_to(scope, socket, facts, &wanted, wired, reason, size);
	wired->fails = !error && wanted.fails;
	if (error)
		give_up(scope, socket, wired);
	else
		wired->untold = !tell_early(scope, socket, wired->tie);
	return error;
}

static bool take_own(const struct tap_scope *scope, void *socket, struct tap_tie *wanted)
{
	int server, type = 0, service_type = 0;

	if (!tap_option_number(scope, socket, ZMQ_GSSAPI_SERVER, &server) ||
	    !tap_option_text(scope, socket, ZMQ_GSSAPI_PRINCIPAL, wanted->principal,
			     sizeof(wanted->principal)) ||
	    !tap_option_text(scope, socket, ZMQ_GSSAPI_SERVICE_PRINCIPAL, wanted->service,
			     sizeof(wanted->service)))
		return false;
	/* libzmq before 4.3 has no other types. */
	tap_option_number(scope, socket, ZMQ_GSSAPI_PRINCIPAL_NAMETYPE, &type);
	tap_option_number(scope, socket, ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, &service_type);
	wanted->server = server;
	wanted->principal_type = (enum pol_nametype)type;
	wanted->service_type = (enum pol_nametype)service_type;
	return true;
}

/* As zap.c asks for a server of this socket. */
static void take_zap(const struct tap_scope *scope, void *socket, struct tap_zap *zap)
{
	int enforces = 0;
	size_t length;

	zap->calls = (struct tap_zap_calls){
		.socket = TAP_OTHER(scope, zmq_socket),
		.close = TAP_OTHER(scope, zmq_close),
		.connect = TAP_OTHER(scope, zmq_connect),
		.setsockopt = TAP_OTHER(scope, zmq_setsockopt),
		.getsockopt = TAP_OTHER(scope, zmq_getsockopt),
	};
	zap->calls.send = (__typeof__(&zmq_send))tap_beside((void *)zap->calls.socket, "zmq_send");
	zap->calls.recv = (__typeof__(&zmq_recv))tap_beside((void *)zap->calls.socket, "zmq_recv");
	zap->context = tap_socket_context(socket);
	/* libzmq's own timer is not to be first: it says nothing of why. */
	tap_option_number(scope, socket, ZMQ_HANDSHAKE_IVL, &zap->patience);
	zap->patience -= zap->patience / 4;
	tap_option_number(scope, socket, ZMQ_ZAP_ENFORCE_DOMAIN, &enforces);
	zap->enforces = enforces;
	take_domain(scope, socket, zap);
	length = sizeof(zap->id);
	if (tap_option_bytes(scope, socket, ZMQ_ROUTING_ID, zap->id, &length))
		zap->id_length = (unsigned)length;
}

int tap_wire_begin_own(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		       const void *zmq_function, struct tap_wired *wired, char *reason, size_t size)
{
	struct tap_tie wanted = {0};
	int error = prepare(zmq_function, reason, size);

	if (!error)
		error = begin_turn(scope, socket, wired, reason, size);
	if (error)
		return error;
	/* The one option that sets the mechanism to NULL, and the role to none; the names stay. */
	if (!take_own(scope, socket, &wanted) || !tap_option_set(scope, socket, ZMQ_PLAIN_SERVER, 0)) {
		tap_copy(reason, size, "this libzmq does not tell its options for GSSAPI");
		give_up(scope, socket, wired);
		return EACCES;
	}
	wired->own = true;
	wired->server = wanted.server;
	if (wanted.server)
		take_zap(scope, socket, &wanted.zap);
	if (wanted.server && (!wanted.zap.context || !wanted.zap.calls.send || !wanted.zap.calls.recv)) {
		tap_copy(reason, size, "its ZAP handler could not be asked: its context is not known");
		error = ENOMEM;
	}
	if (!error)
		error = tie_to(scope, socket, facts, &wanted, wired, reason, size);
	if (error)
		give_up(scope, socket, wired);
	return error;
}

/* The kernel allows half of INT_MAX at most, so that all sizes like these are one to it. */
int tap_wire_begin_none(const struct tap_scope *scope, void *socket, struct tap_wired *wired, char *reason,
			size_t size)
{
	int error, buffer = 0;

	if (!tap_option_number(scope, socket, ZMQ_SNDBUF, &buffer) || !tap_is_tag(buffer))
		return 0;
	error = begin_turn(scope, socket, wired, reason, size);
	/* It may have been another thread's tag. */
	if (error || !tap_option_number(scope, socket, ZMQ_SNDBUF, &wired->send_buffer) ||
	    !tap_is_tag(wired->send_buffer))
		return error;
	wired->tagged = tap_option_set(scope, socket, ZMQ_SNDBUF, tap_no_tag(wired->send_buffer));
	if (wired->tagged)
		return 0;
	tap_copy(reason, size, "its ZMQ_SNDBUF cannot be told from what marks a socket that is secured");
	give_up(scope, socket, wired);
	return EACCES;
}

bool tap_wire_end(const struct tap_scope *scope, void *socket, struct tap_wired *wired, bool failed)
{
	bool bound = true;

	if (wired->tie) {
		bound = !wired->tie->binds || tap_wire_was_bound(failed);
		/* No listener is made anew: who is accepted has the tie from it. */
		if (!failed && !wired->tie->binds)
			tap_using_begin(scope, socket, wired->tie);
		tap_option_set(scope, socket, ZMQ_SNDBUF, wired->send_buffer);
		if (!wired->own)
			tap_wait_restore(scope, socket);
		if (grows(wired->tie))
			set_largest(scope, socket, wired->tie->largest);
	}
	if (wired->untold && bound && !failed)
		tell(scope, socket, wired->tie);
	if (wired->tagged)
		tap_option_set(scope, socket, ZMQ_SNDBUF, wired->send_buffer);
	if (wired->own)
		tap_option_set(scope, socket, ZMQ_GSSAPI_SERVER, wired->server);
	tap_turn_end(wired->turn);
	tap_tie_drop(wired->tie); /* of what failed nobody else has it */
	return failed || bound;
}
