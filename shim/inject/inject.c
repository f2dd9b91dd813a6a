/* SPDX-License-Identifier: MIT */
/*
 * GSSAPI for a socket whose program knows nothing of it: libzmq's own options, set right before a bind or
 * connect and put back right after.
 *
 * libzmq copies a socket's options into an endpoint when it is made, so each endpoint can have its own, also
 * in both roles on one socket; and the program finds its socket as it left it. The order of the options
 * matters: SERVICE_PRINCIPAL makes the socket a client, so SERVER comes last for a server.
 */
#include "shim/inject/prefetch.h"
#include "shim/inject/principals.h"
#include "shim/inject/waits.h"
#include "shim/repair/inside.h"
#include "shim/zmq/zmq.h"

#include <string.h>
#include <sys/utsname.h>

unsigned tap_injected;

static void append_number(char *out, size_t size, uint32_t n)
{
	char digits[12] = {0};
	int i = 11;

	do
		digits[--i] = (char)('0' + n % 10);
	while (n /= 10);
	tap_append(out, size, digits + i);
}

static bool set_all(const struct tap_scope *scope, void *socket, bool server, const struct pol_inject *rule,
		    const struct tap_principals *p)
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

static void add_tag(char *principal, size_t size, const struct tap_tie *tie)
{
	tap_append(principal, size, TAP_TAG);
	append_number(principal, size, tie->number);
}

static void tell(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		 const struct tap_principals *p, const char *migrate, enum pol_phase phase)
{
	bool server = facts->way == POL_BIND;
	struct tr_draft *d = tap_event(scope, TR_E_inject);

	if (!d)
		return;
	tap_put_handle(d, TR_F_SOCKET, socket);
	tr_put_text(d, TR_F_ENDPOINT, facts->endpoint);
	if (migrate[0])
		tr_put_text(d, TR_F_MIGRATE, migrate);
	if (migrate[0] || phase == POL_PHASE_REPORT)
		tr_put_text(d, TR_F_MODE, phase == POL_PHASE_REPORT ? "report" : "require");
	tr_put_u32(d, TR_F_ROLE, server ? TR_ROLE_SERVER : TR_ROLE_CLIENT);
	if (p->service[0])
		tr_put_text(d, TR_F_SERVICE, p->service);
	if (p->shown[0])
		tr_put_text(d, TR_F_PRINCIPAL, p->shown);
	d->comment = server ? "GSSAPI injected as server" : "GSSAPI injected as client";
	tr_commit(d);
}

/* Another endpoint than the program's, where the rule migrates. */
static int migrated(const struct pol_endpoint *facts, const struct pol_inject *rule, char *out, size_t size,
		    char *reason, size_t reason_size)
{
	struct utsname host;

	out[0] = 0;
	if (!rule->migrate)
		return 0;
	if (uname(&host))
		tap_copy(host.nodename, sizeof(host.nodename), "localhost");
	if (!pol_expand_endpoint(rule->migrate, host.nodename, facts->endpoint, out, size))
		return 0;
	out[0] = 0;
	tap_copy(reason, reason_size, "the policy's migrate cannot be made from this endpoint");
	return EINVAL;
}

int tap_inject(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
	       const struct pol_inject *rule, char *migrate, size_t migrate_size, char *reason, size_t size)
{
	bool server = facts->way == POL_BIND, done;
	bool falls_back = !server && rule->phase == POL_PHASE_REPORT;
	struct tap_tie *tie;
	struct tap_principals p;
	int error = tap_principals(facts, rule, &p, reason, size);

	if (!error)
		error = migrated(facts, rule, migrate, migrate_size, reason, size);
	if (!error && falls_back)
		error = tap_fallback_add(facts->endpoint, migrate[0] ? migrate : facts->endpoint, reason,
					 size);
	else if (!error && !server && tap_repairs(POL_REPAIR_HANDSHAKE))
		tap_client_add(facts->endpoint, migrate[0] ? migrate : facts->endpoint);
	if (error)
		return error;
	tap_become_guest();
	tie = tap_tie_new(socket, facts->endpoint, server, !p.shown[0]);
	if (!tie) {
		tap_copy(reason, size, "too many endpoints to inject");
		return ENOMEM;
	}
	tie->socket_type = facts->socket_type;
	tie->reports = server && rule->phase == POL_PHASE_REPORT;
	tie->falls_back = falls_back;
	tie->own_usage = !tap_repairs(POL_REPAIR_CREDENTIALS);
	tie->attached = server ? 0 : tap_subscriptions_now() + 1;
	tap_copy(tie->actual, sizeof(tie->actual), migrate);
	tap_copy(p.principal, sizeof(p.principal), p.shown);
	add_tag(p.principal, sizeof(p.principal), tie);
	tap_quiet_begin();
	done = set_all(scope, socket, server, rule, &p);
	tap_quiet_end();
	if (!done) {
		tap_inject_undo(scope, socket);
		tap_copy(reason, size, "this libzmq does not take GSSAPI: it was built without it");
		return EACCES;
	}
	tap_waits_shorten(scope, socket, falls_back);
	__atomic_add_fetch(&tap_injected, 1, __ATOMIC_RELAXED);
	if (!server && pol_prefetch(&tap_policy))
		tap_prefetch(scope, tie, rule, p.shown, p.service);
	tell(scope, socket, facts, &p, migrate, rule->phase);
	return 0;
}

/*
 * A socket whose program set GSSAPI up by itself: only a tag behind its principal, so that the repairs know
 * its contexts. It stays there; zmq_getsockopt does not tell of it.
 */
void tap_adopt(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts)
{
	__typeof__(&zmq_getsockopt) get = TAP_OTHER(scope, zmq_getsockopt);
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	char principal[256] = "";
	size_t length = 200, size = sizeof(int), bare;
	struct tap_tie *tie;
	int server = 0;

	if (!tap_repairs_wanted() || !get || !set)
		return;
	tap_quiet_begin();
	if (get(socket, ZMQ_GSSAPI_SERVER, &server, &size) ||
	    get(socket, ZMQ_GSSAPI_PRINCIPAL, principal, &length))
		server = -1;
	tap_quiet_end();
	if (server < 0)
		return;
	tap_become_guest();
	if (tap_tie_of_text(principal, strlen(principal), &bare))
		principal[bare] = 0;
	tie = tap_tie_new(socket, facts->endpoint, server, !principal[0]);
	if (!tie)
		return;
	tie->socket_type = facts->socket_type;
	tie->own_usage = !tap_repairs(POL_REPAIR_CREDENTIALS);
	tie->attached = server ? 0 : tap_subscriptions_now() + 1;
	add_tag(principal, sizeof(principal), tie);
	tap_quiet_begin();
	set(socket, ZMQ_GSSAPI_PRINCIPAL, principal, strlen(principal));
	/* Setting the principal keeps the role; the name type of an empty one does not matter. */
	tap_quiet_end();
	tap_waits_shorten(scope, socket, false);
	__atomic_add_fetch(&tap_injected, 1, __ATOMIC_RELAXED);
}

void tap_adopt_undo(const struct tap_scope *scope, void *socket)
{
	int saved = errno;

	tap_waits_restore(scope, socket);
	errno = saved;
}

void tap_inject_undo(const struct tap_scope *scope, void *socket)
{
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	int no = 0, saved = errno;

	/* The one option that sets the mechanism to NULL, and the role to none. */
	tap_quiet_begin();
	set(socket, ZMQ_PLAIN_SERVER, &no, sizeof(no));
	tap_quiet_end();
	tap_waits_restore(scope, socket);
	errno = saved;
}
