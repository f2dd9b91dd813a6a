/* SPDX-License-Identifier: MIT */
/*
 * GSSAPI for a socket whose program knows nothing of it: libzmq's own options, set right before a bind or
 * connect and put back right after.
 *
 * libzmq copies a socket's options into an endpoint when it is made, so each endpoint can have its own, also
 * in both roles on one socket; and the program finds its socket as it left it. The order of the options
 * matters: SERVICE_PRINCIPAL makes the socket a client, so SERVER comes last for a server.
 */
#include "shim/ties.h"
#include "shim/zmq_real.h"

#include <string.h>
#include <sys/utsname.h>

unsigned tap_injected;

struct principals {
	char principal[240]; /* tag included */
	char service[240];
	char shown[240]; /* the principal without its tag; "" is the default credential */
};

static void append_number(char *out, size_t size, uint32_t n)
{
	char digits[12] = {0};
	int i = 11;

	do
		digits[--i] = (char)('0' + n % 10);
	while (n /= 10);
	tap_append(out, size, digits + i);
}

static int expand(const struct pol_endpoint *facts, const struct pol_inject *rule, struct principals *p,
		  char *reason, size_t size)
{
	struct utsname host;

	if (uname(&host))
		tap_copy(host.nodename, sizeof(host.nodename), "localhost");
	p->shown[0] = p->service[0] = 0;
	/* Room for the tag is kept: libzmq takes no more than 255 bytes. */
	if (rule->principal && pol_expand(rule->principal, host.nodename, facts->endpoint, p->shown, 216)) {
		tap_copy(reason, size, "the policy's principal cannot be made from this endpoint");
		return EINVAL;
	}
	if (rule->service &&
	    pol_expand(rule->service, host.nodename, facts->endpoint, p->service, sizeof(p->service))) {
		tap_copy(reason, size, "the policy's service cannot be made from this endpoint");
		return EINVAL;
	}
	return 0;
}

static bool set_all(const struct tap_scope *scope, void *socket, bool server, const struct pol_inject *rule,
		    const struct principals *p)
{
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	int principal_type = p->shown[0] ? (int)rule->principal_type : ZMQ_GSSAPI_NT_HOSTBASED, plaintext = 0,
	    yes = 1;
	int service_type = (int)rule->service_type;

	if (set(socket, ZMQ_GSSAPI_PLAINTEXT, &plaintext, sizeof(plaintext)) ||
	    set(socket, ZMQ_GSSAPI_PRINCIPAL, p->principal, strlen(p->principal)) ||
	    set(socket, ZMQ_GSSAPI_PRINCIPAL_NAMETYPE, &principal_type, sizeof(principal_type)))
		return false;
	if (server)
		return !set(socket, ZMQ_GSSAPI_SERVER, &yes, sizeof(yes));
	return !set(socket, ZMQ_GSSAPI_SERVICE_PRINCIPAL, p->service, strlen(p->service)) &&
	       !set(socket, ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, &service_type, sizeof(service_type));
}

static void tell(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		 const struct principals *p)
{
	bool server = facts->way == POL_BIND;
	struct tr_draft *d = tap_event(scope, TR_E_inject);

	if (!d)
		return;
	tap_put_handle(d, TR_F_SOCKET, socket);
	tr_put_text(d, TR_F_ENDPOINT, facts->endpoint);
	tr_put_u32(d, TR_F_ROLE, server ? TR_ROLE_SERVER : TR_ROLE_CLIENT);
	if (p->service[0])
		tr_put_text(d, TR_F_SERVICE, p->service);
	if (p->shown[0])
		tr_put_text(d, TR_F_PRINCIPAL, p->shown);
	d->comment = server ? "GSSAPI injected as server" : "GSSAPI injected as client";
	tr_commit(d);
}

int tap_inject(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
	       const struct pol_inject *rule, char *reason, size_t size)
{
	bool server = facts->way == POL_BIND, done;
	struct tap_tie *tie;
	struct principals p;
	int error = expand(facts, rule, &p, reason, size);

	if (error)
		return error;
	tie = tap_tie_new(socket, facts->endpoint, server, !p.shown[0]);
	if (!tie) {
		tap_copy(reason, size, "too many endpoints to inject");
		return ENOMEM;
	}
	tap_copy(p.principal, sizeof(p.principal), p.shown);
	tap_append(p.principal, sizeof(p.principal), TAP_TAG);
	append_number(p.principal, sizeof(p.principal), tie->number);
	tap_quiet_begin();
	done = set_all(scope, socket, server, rule, &p);
	tap_quiet_end();
	if (!done) {
		tap_inject_undo(scope, socket);
		tap_copy(reason, size, "this libzmq does not take GSSAPI: it was built without it");
		return EACCES;
	}
	__atomic_add_fetch(&tap_injected, 1, __ATOMIC_RELAXED);
	tell(scope, socket, facts, &p);
	return 0;
}

void tap_inject_undo(const struct tap_scope *scope, void *socket)
{
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	int no = 0, saved = errno;

	/* The one option that sets the mechanism to NULL, and the role to none. */
	tap_quiet_begin();
	set(socket, ZMQ_PLAIN_SERVER, &no, sizeof(no));
	tap_quiet_end();
	errno = saved;
}
