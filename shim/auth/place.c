/* SPDX-License-Identifier: MIT */
/*
 * Which sockets libzmq asks about. Of PLAIN, CURVE and GSSAPI it asks who is the server. Of NULL it asks
 * where there is a domain, on whichever end: where the program has set none that is to be who binds.
 */
#include "shim/auth/handler.h"

#include "shim/auth/auth.h"
#include "shim/wire/options.h"
#include "shim/zmq/zmq.h"

#include <string.h>

static bool is_server(const struct tap_scope *scope, void *socket, int mechanism)
{
	static const int options[] = {[ZMQ_PLAIN] = ZMQ_PLAIN_SERVER,
				      [ZMQ_CURVE] = ZMQ_CURVE_SERVER,
				      [ZMQ_GSSAPI] = ZMQ_GSSAPI_SERVER};
	int server = 1;

	if (mechanism > ZMQ_NULL && mechanism <= ZMQ_GSSAPI)
		tap_option_number(scope, socket, options[mechanism], &server);
	return server;
}

static int mark(const struct tap_scope *scope, void *socket, uint32_t rule, const char *domain, char *reason,
		size_t size)
{
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	char marked[256];
	int failed;

	tap_copy(reason, size, "its ZAP domain is too long to be kept apart from those of other rules");
	if (!tap_auth_mark(marked, sizeof(marked), rule, domain))
		return EACCES;
	tap_copy(reason, size, "this libzmq does not take a ZAP domain");
	tap_quiet_begin();
	failed = !set || set(socket, ZMQ_ZAP_DOMAIN, marked, strlen(marked));
	tap_quiet_end();
	if (failed)
		return EACCES;
	tap_socket_add(socket, TAP_SOCKET_MARKED);
	return 0;
}

int tap_auth_begin(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		   char *reason, size_t size)
{
	void *context = tap_socket_context(socket);
	size_t length = 0;
	const char *domain = tap_domain_kept(socket, &length);
	bool null = facts->mechanism == ZMQ_NULL, bound = facts->way == POL_BIND;
	bool asks = null ? bound || length : is_server(scope, socket, facts->mechanism);
	uint32_t rule = TAP_AUTH_PASS;
	int enforces = 0;

	/* One that was marked for another endpoint is asked about here as well. */
	if (!asks && !(null && domain))
		return 0;
	tap_copy(reason, size, "its context is not known, in which libzmq would ask who may come in");
	if (!context)
		return ENOMEM;
	tap_copy(reason, size, "there is no memory to keep its ZAP domain");
	if (!domain && !tap_domain_keep(socket, "", 0))
		return ENOMEM;
	domain = tap_domain_kept(socket, &length);
	if (!tap_auth_serve(scope, context, reason, size))
		return EACCES;
	tap_option_number(scope, socket, ZMQ_ZAP_ENFORCE_DOMAIN, &enforces);
	if (asks)
		rule = tap_auth_place(facts->way, facts->endpoint, enforces);
	tap_copy(reason, size, "there is no memory to keep the endpoint, or its name is too long");
	if (!rule)
		return ENOMEM;
	return mark(scope, socket, rule, domain, reason, size);
}

int tap_auth_begin_secured(const struct tap_scope *scope, void *socket, bool *asks, char *reason, size_t size)
{
	void *context = tap_socket_context(socket);
	size_t length;
	const char *domain = tap_domain_kept(socket, &length);
	bool theirs = *asks;

	*asks = domain && (theirs || tap_socket_has(socket, TAP_SOCKET_MARKED));
	if (!*asks)
		return 0;
	tap_copy(reason, size,
		 "the program could not be told who its peers are, beside an endpoint of zmq.auth");
	if (!tap_sender_property())
		return EACCES;
	tap_copy(reason, size, "its context is not known, in which libzmq would ask who may come in");
	if (!context)
		return ENOMEM;
	if (!tap_auth_serve(scope, context, reason, size)) {
		if (TAP_POLICY(pol_enforces))
			return EACCES;
		*asks = tap_domain_lend(scope, socket); /* libzmq goes on without us */
		return 0;
	}
	return mark(scope, socket, theirs ? TAP_AUTH_THEIRS : TAP_AUTH_PASS, domain, reason, size);
}
