/* SPDX-License-Identifier: MIT */
/*
 * zmq_bind, zmq_connect and what undoes them: where endpoints are judged and secured.
 *
 * A refusal is -1 with errno EACCES, as the kernel says of a port that one may not have.
 */
#include "shim/repair/inside.h"
#include "shim/wire/wire.h"
#include "shim/zmq/zmq.h"

#include <string.h>

/* What the judgement made of the call. */
struct judged {
	int error;	   /* errno of a refusal; 0: go on */
	bool adopted;	   /* the program's own GSSAPI is marked for the repairs */
	bool set;	   /* options were set for this endpoint: to be put back */
	char migrate[256]; /* another endpoint: bound first (bind), or connected to instead (connect); "" none
			    */
	bool other;	   /* that one is bound */
	bool own_unsecured;   /* the program's own endpoint is made without what was set for the other */
	struct tap_tie *wire; /* GSSAPI is spoken on its connections by shim/wire */
};

static int refuse(const struct tap_scope *scope, struct pol_verdict *verdict, const char *endpoint)
{
	return tap_refuses(scope, verdict, endpoint) ? EACCES : 0;
}

/* What is wanted of this endpoint's connections, from before the first of them. */
static void watch_connections(const struct tap_scope *scope, const struct pol_inject *rule, enum pol_way way)
{
	bool *watches = way == POL_BIND ? &tap_reports : &tap_connects;

	if (*watches ||
	    (rule->phase != POL_PHASE_REPORT && (way == POL_BIND || !tap_repairs(POL_REPAIR_HANDSHAKE))))
		return;
	tap_reported = tap_ties_report;
	*watches = true;
	tap_inside((const void *)TAP_OTHER(scope, zmq_bind));
}

/* The same by GSSAPI on the wire. */
static void speak(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		  struct pol_verdict *verdict, const void *real, struct judged *judged)
{
	char reason[200];

	if (!tap_wire_begin(scope, socket, facts, &verdict->inject, real, &judged->wire, reason,
			    sizeof(reason)))
		return;
	tap_copy(verdict->reason, sizeof(verdict->reason), reason);
	judged->error = refuse(scope, verdict, facts->endpoint);
}

/* Injection that cannot be done is a refusal: the policy wants this endpoint secured. */
static void inject(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		   struct pol_verdict *verdict, struct judged *judged)
{
	const struct pol_inject *rule = &verdict->inject;
	char reason[128];

	if (tap_inject(scope, socket, facts, rule, judged->migrate, sizeof(judged->migrate), reason,
		       sizeof(reason))) {
		tap_copy(verdict->reason, sizeof(verdict->reason), reason);
		judged->error = refuse(scope, verdict, facts->endpoint);
		judged->migrate[0] = 0;
		return;
	}
	judged->set = true;
	judged->own_unsecured = facts->way == POL_BIND && rule->phase == POL_PHASE_REPORT;
	watch_connections(scope, rule, facts->way);
}

static bool is_zap_handler(const struct pol_endpoint *facts)
{
	return facts->way == POL_BIND && !strncmp(facts->endpoint, "inproc://zeromq.zap.", 20);
}

/*
 * What no libzmq takes: it says so itself, and with its own error. That it has no such transport is asked of
 * it, by an endpoint that nobody has: before it looks for that it looks at the transport.
 */
static bool is_no_endpoint(const struct tap_scope *scope, void *socket, const char *endpoint)
{
	static const char nobodys[] = "://gsstap-asks-whether-there-is-such-a-transport";
	__typeof__(&zmq_disconnect) disconnect = TAP_OTHER(scope, zmq_disconnect);
	const char *colon = strstr(endpoint, "://");
	char asked[32 + sizeof(nobodys)];
	bool none;

	if (!*endpoint)
		return false; /* or none at all, which libzmq does not live through */
	if (!colon || colon == endpoint || !colon[3])
		return true;
	if (!disconnect || colon - endpoint > 31 || !strncmp(endpoint, "tcp:", 4))
		return false;
	tap_copy(asked, (size_t)(colon - endpoint) + 1, endpoint);
	tap_append(asked, sizeof(asked), nobodys);
	tap_quiet_begin();
	none = disconnect(socket, asked) == -1 && errno == EPROTONOSUPPORT;
	tap_quiet_end();
	return none;
}

static int unwatched(const struct tap_scope *scope, const char *endpoint)
{
	struct pol_verdict verdict = {
		.action = POL_DENY,
		.rule = "zmq.repairs",
		.reason = "there is no memory to watch this ZAP handler: its denials would not hold"};

	tap_refuses(scope, &verdict, endpoint);
	return ENOMEM;
}

static struct judged judge(const struct tap_scope *scope, enum pol_way way, void *socket,
			   const char *endpoint, const void *real)
{
	struct judged judged = {0};
	struct pol_verdict verdict = {0};
	struct pol_endpoint facts = {.way = way, .endpoint = endpoint ? endpoint : ""};

	/* Not a socket at all: the library says so better than we could. */
	facts.socket_type = tap_socket_type(scope, socket);
	if (facts.socket_type < 0 && tap_policy.state == POL_READY)
		return judged;
	facts.mechanism = tap_socket_mechanism(scope, socket);
	facts.raw = tap_socket_has(socket, TAP_SOCKET_RAW);
	if (is_zap_handler(&facts) && tap_repairs(POL_REPAIR_ZAP) && !tap_zap_watch(socket)) {
		judged.error = unwatched(scope, facts.endpoint);
		return judged;
	}
	switch (pol_judge_endpoint(&tap_policy, &facts, &verdict)) {
	case POL_ALLOW:
		judged.adopted = facts.mechanism == ZMQ_GSSAPI;
		if (!judged.adopted)
			break;
		tap_inside(real);
		tap_adopt(scope, socket, &facts);
		break;
	case POL_INJECT:
		if (pol_speaks(&tap_policy)) {
			speak(scope, socket, &facts, &verdict, real, &judged);
			break;
		}
		tap_inside(real);
		inject(scope, socket, &facts, &verdict, &judged);
		break;
	default:
		if (!is_no_endpoint(scope, socket, facts.endpoint))
			judged.error = refuse(scope, &verdict, facts.endpoint);
	}
	return judged;
}

static void record(struct tap_scope *scope, int result, bool failed, void *socket, const char *endpoint)
{
	int error = errno, type = scope->record ? tap_socket_type(scope, socket) : -1;
	struct tr_draft *d = tap_int_event(scope, result, failed, error);

	if (d) {
		tap_put_handle(d, TR_F_SOCKET, socket);
		if (type >= 0)
			tr_put_u32(d, TR_F_SOCKET_TYPE, (uint32_t)type);
		tr_put_text(d, TR_F_ENDPOINT, endpoint);
		tr_commit(d);
	}
	errno = error;
}

static void undo(const struct tap_scope *scope, void *socket, struct judged *judged)
{
	if (judged->set)
		tap_inject_undo(scope, socket);
	else if (judged->adopted)
		tap_adopt_undo(scope, socket);
	judged->set = judged->adopted = false;
}

static void last_endpoint(const struct tap_scope *scope, void *socket, char *out, size_t size)
{
	__typeof__(&zmq_getsockopt) get = TAP_OTHER(scope, zmq_getsockopt);

	out[0] = 0;
	tap_quiet_begin();
	if (!get || get(socket, ZMQ_LAST_ENDPOINT, out, &size))
		out[0] = 0;
	tap_quiet_end();
}

/* It was made, and must not be. */
static int undo_unseen(const struct tap_scope *scope, void *socket, const char *endpoint)
{
	struct pol_verdict verdict = {.action = POL_DENY,
				      .rule = "zmq.inject",
				      .reason = "no listener was seen to be made for this endpoint: its "
						"connections would not be secured"};
	__typeof__(&zmq_unbind) unbind = TAP_OTHER(scope, zmq_unbind);
	char bound[256];

	/* As libzmq calls it: a wildcard is undone by no other name. */
	last_endpoint(scope, socket, bound, sizeof(bound));
	tap_quiet_begin();
	if (unbind && unbind(socket, bound))
		unbind(socket, endpoint);
	tap_quiet_end();
	if (!tap_refuses(scope, &verdict, endpoint))
		return 0;
	errno = EACCES;
	return -1;
}

/* The other endpoint of a migrating bind is there: under which name it can be undone. */
static void other_bound(const struct tap_scope *scope, void *socket, struct judged *judged)
{
	last_endpoint(scope, socket, judged->migrate, sizeof(judged->migrate));
	judged->other = true;
}

/* And the program's own is, or is not: then the call leaves nothing behind. */
static void own_bound(const struct tap_scope *scope, void *socket, const char *endpoint, bool failed,
		      struct judged *judged)
{
	__typeof__(&zmq_unbind) unbind = TAP_OTHER(scope, zmq_unbind);
	char bound[256];
	int saved = errno;

	if (failed && judged->own_unsecured)
		tap_tie_bound(socket, endpoint, NULL, "");
	if (judged->other && !failed) {
		last_endpoint(scope, socket, bound, sizeof(bound));
		tap_tie_bound(socket, endpoint, bound, judged->migrate);
	} else if (judged->other && unbind) {
		tap_quiet_begin();
		unbind(socket, judged->migrate);
		tap_quiet_end();
	}
	errno = saved;
}

/*
 * A migrating bind makes both endpoints: the other first, so that the program's own stays the one that
 * ZMQ_LAST_ENDPOINT tells. A failure of either is the call's.
 */
#define ENDPOINT(type, name, way, failure)                                                                   \
	TAP_EXPORT type name(void *socket, const char *endpoint)                                             \
	{                                                                                                    \
		TAP_ENTER(TAP_ZMQ, name);                                                                    \
		struct judged judged = {0};                                                                  \
		type result = failure;                                                                       \
		bool go_on;                                                                                  \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_leave(&scope), tap_zmq_missing(), failure;                                \
		if (scope.judge)                                                                             \
			judged = judge(&scope, way, socket, endpoint, (const void *)real_call);              \
		go_on = !judged.error;                                                                       \
		if (judged.error)                                                                            \
			errno = judged.error;                                                                \
		if (go_on && judged.migrate[0]) {                                                            \
			result = real_call(socket, judged.migrate);                                          \
			go_on = (way) == POL_BIND && result != failure;                                      \
			if (go_on)                                                                           \
				other_bound(&scope, socket, &judged);                                        \
		}                                                                                            \
		if (judged.own_unsecured)                                                                    \
			undo(&scope, socket, &judged);                                                       \
		if (go_on)                                                                                   \
			result = real_call(socket, endpoint);                                                \
		if (judged.wire && !tap_wire_end(&scope, socket, judged.wire, result == failure) &&          \
		    undo_unseen(&scope, socket, endpoint))                                                   \
			result = failure;                                                                    \
		own_bound(&scope, socket, endpoint, result == failure, &judged);                             \
		undo(&scope, socket, &judged);                                                               \
		if (scope.watch)                                                                             \
			record(&scope, (int)result, result == failure, socket, endpoint);                    \
		tap_leave(&scope);                                                                           \
		return result;                                                                               \
	}

ENDPOINT(int, zmq_bind, POL_BIND, -1)
ENDPOINT(int, zmq_connect, POL_CONNECT, -1)
ENDPOINT(uint32_t, zmq_connect_peer, POL_CONNECT, 0)

/* A migrated endpoint is undone where it was made: instead of the program's (connect), or with it (bind). */
#define UNDO(name, both)                                                                                     \
	TAP_EXPORT int name(void *socket, const char *endpoint)                                              \
	{                                                                                                    \
		TAP_ENTER(TAP_ZMQ, name);                                                                    \
		const struct tap_tie *tie = NULL;                                                            \
		int result;                                                                                  \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_leave(&scope), tap_zmq_missing();                                         \
		if (__builtin_expect(tap_injected && scope.watch, 0))                                        \
			tie = tap_tie_of_endpoint(socket, endpoint);                                         \
		result = real_call(socket, tie && tie->actual[0] && !both ? tie->actual : endpoint);         \
		if (tie && tie->actual[0] && both && !result)                                                \
			real_call(socket, tie->actual);                                                      \
		if (scope.watch)                                                                             \
			record(&scope, result, result == -1, socket, endpoint);                              \
		tap_leave(&scope);                                                                           \
		return result;                                                                               \
	}

UNDO(zmq_unbind, true)
UNDO(zmq_disconnect, false)

TAP_EXPORT int zmq_disconnect_peer(void *socket, uint32_t routing_id)
{
	TAP_ENTER(TAP_ZMQ, zmq_disconnect_peer);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(socket, routing_id);
	if (scope.watch)
		record(&scope, result, result == -1, socket, NULL);
	tap_leave(&scope);
	return result;
}

TAP_EXPORT int zmq_socket_monitor(void *socket, const char *address, int events)
{
	TAP_ENTER(TAP_ZMQ, zmq_socket_monitor);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(socket, address, events);
	if (scope.watch)
		record(&scope, result, result == -1, socket, address);
	tap_leave(&scope);
	return result;
}

TAP_EXPORT int zmq_socket_monitor_versioned(void *socket, const char *address, uint64_t events, int version,
					    int type)
{
	TAP_ENTER(TAP_ZMQ, zmq_socket_monitor_versioned);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(socket, address, events, version, type);
	if (scope.watch)
		record(&scope, result, result == -1, socket, address);
	tap_leave(&scope);
	return result;
}
