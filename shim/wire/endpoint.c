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

static void tell(const struct tap_scope *scope, const struct tap_tie *tie)
{
	struct tr_draft *d = tap_event(scope, TR_E_inject);

	if (!d)
		return;
	tap_put_handle(d, TR_F_SOCKET, tie->socket);
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

/* libzmq hands the tag to the kernel with each socket that it makes for this endpoint (slots.c). */
static bool tag(const struct tap_scope *scope, void *socket, struct tap_tie *tie)
{
	__typeof__(&zmq_getsockopt) get = TAP_OTHER(scope, zmq_getsockopt);
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	int value = TAP_SNDBUF_TAG | (int)tie->number, saved = errno;
	size_t size = sizeof(tie->send_buffer), largest = sizeof(tie->largest);
	bool done;

	tap_quiet_begin();
	done = get && set && !get(socket, ZMQ_SNDBUF, &tie->send_buffer, &size) &&
	       !get(socket, ZMQ_MAXMSGSIZE, &tie->largest, &largest) &&
	       !set(socket, ZMQ_SNDBUF, &value, sizeof(value));
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
	bool server = facts->way == POL_BIND;
	struct tap_principals names;
	struct tap_tie *tie;
	int error = tap_principals(facts, rule, &names, reason, size);

	if (error)
		return error;
	if (!tap_wire_gss_ready(reason, size) || !tap_wire_enter(zmq_function, reason, size))
		return EACCES;
	if (pol_accelerates(&tap_policy))
		tap_crypto(); /* here it may take its time, and not on an I/O thread */
	tap_become_guest();
	tie = tap_tie_new(socket, facts->endpoint, server, !names.shown[0]);
	if (!tie) {
		tap_copy(reason, size, "too many endpoints to secure");
		return ENOMEM;
	}
	tie->wire = true;
	tie->decides = rule->phase == POL_PHASE_REPORT;
	tie->socket_type = facts->socket_type;
	tie->principal_type = rule->principal_type;
	tie->service_type = rule->service_type;
	tap_copy(tie->principal, sizeof(tie->principal), names.shown);
	tap_copy(tie->service, sizeof(tie->service), names.service);
	if (!tag(scope, socket, tie)) {
		tap_copy(reason, size, "this libzmq does not let its sockets be told apart (ZMQ_SNDBUF)");
		return EACCES;
	}
	tap_waits_shorten(scope, socket, false);
	if (server)
		tap_wire_binding(tie);
	__atomic_add_fetch(&tap_injected, 1, __ATOMIC_RELAXED);
	tell(scope, tie);
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
