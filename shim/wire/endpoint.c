/* SPDX-License-Identifier: MIT */
/* Endpoints that a rule secures, when they are bound or connected: see wire.h. */
#include "shim/wire/connection.h"
#include "shim/wire/slots.h"
#include "shim/wire/trusted.h"
#include "shim/wire/wire.h"

#include "shim/inject/principals.h"
#include "shim/inject/waits.h"
#include "shim/repair/inside.h"
#include "shim/zmq/zmq.h"

#include <errno.h>

static void tell(const struct tap_scope *scope, void *socket, const struct tap_tie *tie)
{
	struct tr_draft *d = tap_event(scope, TR_E_inject);

	if (!d)
		return;
	tap_put_handle(d, TR_F_SOCKET, socket);
	tr_put_text(d, TR_F_ENDPOINT, tie->endpoint);
	if (tie->decides)
		tr_put_text(d, TR_F_MODE, "report");
	tr_put_u32(d, TR_F_ROLE, tie->server ? TR_ROLE_SERVER : TR_ROLE_CLIENT);
	if (tie->service[0])
		tr_put_text(d, TR_F_SERVICE, tie->service);
	if (tie->principal[0])
		tr_put_text(d, TR_F_PRINCIPAL, tie->principal);
	d->comment = tie->server ? "GSSAPI is spoken here, as server" : "GSSAPI is spoken here, as client";
	tr_commit(d);
}

static bool ask(const struct tap_scope *scope, void *socket, int option, void *value, size_t size)
{
	__typeof__(&zmq_getsockopt) get = TAP_OTHER(scope, zmq_getsockopt);
	int saved = errno;
	bool answered;

	tap_quiet_begin();
	answered = get && !get(socket, option, value, &size);
	tap_quiet_end();
	errno = saved;
	return answered;
}

/* libzmq hands the tag to the kernel with each socket that it makes for this endpoint (slots.c). */
static bool tag(const struct tap_scope *scope, void *socket, const struct tap_tie *tie)
{
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	int value = TAP_SNDBUF_TAG | (int)tie->number, saved = errno;
	bool done;

	tap_quiet_begin();
	done = set && !set(socket, ZMQ_SNDBUF, &value, sizeof(value));
	tap_quiet_end();
	errno = saved;
	return done;
}

static void untag(const struct tap_scope *scope, void *socket, const struct tap_tie *tie)
{
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	int saved = errno;

	tap_quiet_begin();
	set(socket, ZMQ_SNDBUF, &tie->send_buffer, sizeof(tie->send_buffer));
	tap_quiet_end();
	errno = saved;
}

int tap_wire_begin(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		   const struct pol_inject *rule, const void *zmq_function, struct tap_tie **made,
		   char *reason, size_t size)
{
	struct tap_tie wanted = {.wire = true, .socket = socket, .server = facts->way == POL_BIND}, *tie;
	struct tap_principals names;
	int given = -1, error = tap_principals(facts, rule, &names, reason, size);

	if (error)
		return error;
	if (!tap_wire_gss_ready(reason, size) || !tap_wire_enter(zmq_function, reason, size))
		return EACCES;
	if (ask(scope, socket, ZMQ_USE_FD, &given, sizeof(given)) && given >= 0) {
		tap_copy(reason, size,
			 "the program gives a descriptor of its own (ZMQ_USE_FD), which is not followed");
		return EACCES;
	}
	if (pol_accelerates(&tap_policy))
		tap_crypto(); /* here it may take its time, and not on an I/O thread */
	tap_become_guest();
	wanted.default_name = !names.shown[0];
	wanted.decides = rule->phase == POL_PHASE_REPORT;
	wanted.socket_type = facts->socket_type;
	wanted.principal_type = rule->principal_type;
	wanted.service_type = rule->service_type;
	tap_copy(wanted.endpoint, sizeof(wanted.endpoint), facts->endpoint);
	tap_copy(wanted.principal, sizeof(wanted.principal), names.shown);
	tap_copy(wanted.service, sizeof(wanted.service), names.service);
	if (!ask(scope, socket, ZMQ_SNDBUF, &wanted.send_buffer, sizeof(wanted.send_buffer)) ||
	    !ask(scope, socket, ZMQ_MAXMSGSIZE, &wanted.largest, sizeof(wanted.largest)) ||
	    !(tie = tap_tie_for_wire(&wanted))) {
		tap_copy(reason, size, "too many endpoints to secure");
		return ENOMEM;
	}
	if (!tag(scope, socket, tie)) {
		tap_copy(reason, size, "this libzmq does not let its sockets be told apart (ZMQ_SNDBUF)");
		return EACCES;
	}
	tap_waits_shorten(scope, socket, false);
	if (tie->server)
		tap_wire_binding(tie);
	__atomic_add_fetch(&tap_injected, 1, __ATOMIC_RELAXED);
	tell(scope, socket, tie);
	*made = tie;
	return 0;
}

bool tap_wire_end(const struct tap_scope *scope, void *socket, struct tap_tie *tie, bool failed)
{
	bool bound = !tie->server || tap_wire_was_bound();

	untag(scope, socket, tie);
	tap_waits_restore(scope, socket);
	return failed || bound;
}
