/* SPDX-License-Identifier: MIT */
/*
 * zmq_bind, zmq_connect and what undoes them: where endpoints are judged and secured.
 *
 * A refusal is -1 with errno EACCES, as the kernel says of a port that one may not have.
 */
#include "shim/auth/handler.h"
#include "shim/wire/address.h"
#include "shim/wire/options.h"
#include "shim/wire/using.h"
#include "shim/wire/wire.h"
#include "shim/zmq/zmq.h"

#include <string.h>

#define SERVER 12 /* of the draft API */

/* What the judgement made of the call. */
struct judged {
	int error;    /* errno of a refusal; 0: go on */
	bool handles; /* a ZAP handler is to be bound */
	struct tap_wired wired;
};

static int refuse(const struct tap_scope *scope, struct pol_verdict *verdict, const char *endpoint)
{
	return tap_refuses(scope, verdict, endpoint) ? EACCES : 0;
}

static bool is_zap_handler(const struct pol_endpoint *facts)
{
	return facts->way == POL_BIND && !strcmp(facts->endpoint, TAP_ZAP);
}

/*
 * What no libzmq takes: it says so itself, and with its own error. That it has no such transport, or not for
 * this socket, is asked of it, by an endpoint that nobody has: before it looks for that it looks at the
 * transport.
 */
static bool is_no_endpoint(const struct tap_scope *scope, void *socket, const char *endpoint)
{
	static const char nobodys[] = "://gsstap-asks-whether-there-is-such-a-transport";
	__typeof__(&zmq_disconnect) disconnect = TAP_OTHER(scope, zmq_disconnect);
	const char *colon = strstr(endpoint, "://");
	char asked[32 + sizeof(nobodys)];
	bool none;

	if (!*endpoint)
		return false;
	if (!colon || colon == endpoint || !colon[3])
		return true;
	if (colon - endpoint > 31)
		return true;
	if (!disconnect || !strncmp(endpoint, "tcp:", 4))
		return false;
	tap_copy(asked, (size_t)(colon - endpoint) + 1, endpoint);
	tap_append(asked, sizeof(asked), nobodys);
	tap_quiet_begin();
	none = disconnect(socket, asked) == -1 && (errno == EPROTONOSUPPORT || errno == ENOCOMPATPROTO);
	tap_quiet_end();
	return none;
}

/*
 * What libzmq would not take anyway is not the policy's. Returns the errno of a refusal, or of what libzmq
 * finds wrong; 0: go on, also to hear it from libzmq. That is not asked where it looks at no endpoint, having
 * a listener, or does not live through a NULL.
 */
static int refuse_endpoint(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
			   bool is_looked_at, struct pol_verdict *verdict)
{
	int error = 0;

	if (is_looked_at && is_no_endpoint(scope, socket, facts->endpoint))
		return 0;
	if (is_looked_at)
		error = tap_zmq_malformed(scope, facts->way, socket, facts->endpoint);
	if (error == TAP_ZMQ_ITSELF || (error && verdict->audit))
		return 0;
	return error ? error : refuse(scope, verdict, facts->endpoint);
}

static bool is_stream(const char *endpoint)
{
	return !strncmp(endpoint, "tcp://", 6) || !strncmp(endpoint, "ipc://", 6);
}

/*
 * libzmq listens where the descriptor does that a program gives it (ZMQ_USE_FD), whatever the endpoint says:
 * so that is what rules are asked about, and then the endpoint, where they have no word about it.
 */
static const char *given_listener(const struct tap_scope *scope, void *socket, const char *endpoint,
				  char *out, size_t size)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof(address);
	int fd = -1;

	if (!is_stream(endpoint) || !tap_option_number(scope, socket, ZMQ_USE_FD, &fd) || fd < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) ||
	    !tap_address_text((struct sockaddr *)&address, length, out, size))
		return NULL;
	tap_wire_know(fd);
	return out;
}

/* libzmq would look for connections where there can be none, and find them once the program listens, wherever
 * that is then. */
static bool gives_no_listener(const struct tap_scope *scope, void *socket, const char *endpoint)
{
	int fd = -1, listens = 0;
	socklen_t length = sizeof(listens);

	return is_stream(endpoint) && tap_option_number(scope, socket, ZMQ_USE_FD, &fd) && fd >= 0 &&
	       !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) && !listens;
}

static enum pol_action judge_endpoint(const struct pol *policy, struct pol_endpoint *facts, const char *given,
				      struct pol_verdict *verdict)
{
	const char *endpoint = facts->endpoint;
	enum pol_action action;

	if (given) {
		facts->endpoint = given;
		action = pol_judge_endpoint(policy, facts, verdict);
		if (action != POL_ALLOW)
			return action;
		facts->endpoint = endpoint;
	}
	return pol_judge_endpoint(policy, facts, verdict);
}

static int no_listener(const struct tap_scope *scope, const char *endpoint)
{
	struct pol_verdict verdict = {
		.action = POL_DENY,
		.rule = "zmq",
		.reason = "the descriptor that the program gives (ZMQ_USE_FD) is no listener yet"};

	return refuse(scope, &verdict, endpoint);
}

static int refused_before(const struct tap_scope *scope, uint32_t line, const char *endpoint)
{
	struct pol_verdict verdict = {.action = POL_DENY,
				      .rule = "zmq.inject.on-failure",
				      .line = line,
				      .reason = "the endpoint is given up: its peers refuse this client"};

	return refuse(scope, &verdict, endpoint);
}

static int unknown_handler(const struct tap_scope *scope, const char *endpoint)
{
	struct pol_verdict verdict = {
		.action = POL_DENY,
		.rule = "zmq",
		.reason = "it is not known in which context this ZAP handler is: it would not be asked"};

	tap_refuses(scope, &verdict, endpoint);
	return ENOMEM;
}

/* Each of our questions has a pipe of its own, by which others would answer in turn. */
static bool answers_who_asked(const struct tap_scope *scope, void *socket, char *reason, size_t size)
{
	int type = tap_socket_type(scope, socket);

	if (type == ZMQ_REP || type == ZMQ_ROUTER || type == SERVER)
		return true;
	tap_copy(reason, size,
		 "a ZAP handler is a REP or a ROUTER: what another one answers may be to others");
	return false;
}

/*
 * Where the policy says who may come in libzmq asks ours, which asks the program's in turn. 0, or an errno:
 * the bind of that is refused.
 */
static int begin_handler(const struct pol *policy, const struct tap_scope *scope, void *socket,
			 const char *endpoint)
{
	struct pol_verdict verdict = {.action = POL_DENY, .rule = "zmq.auth"};
	void *context = tap_socket_context(socket);
	unsigned flags = TAP_SOCKET_ZAP;
	struct tap_socket *s;

	if (!context)
		return unknown_handler(scope, endpoint);
	if (pol_authenticates(policy)) {
		verdict.audit = !pol_enforces(policy);
		if (answers_who_asked(scope, socket, verdict.reason, sizeof(verdict.reason)) &&
		    tap_auth_serve(scope, context, verdict.reason, sizeof(verdict.reason)))
			flags |= TAP_SOCKET_ZAP_MOVED;
		else if (refuse(scope, &verdict, endpoint))
			return EACCES;
	}
	s = tap_socket_flag(socket, flags);
	if (!s)
		return unknown_handler(scope, endpoint);
	tap_socket_handles(s);
	return 0;
}

/* Is a rule asked who comes in at this endpoint, which libzmq secures, or nobody? */
static bool authenticates_at(const struct pol *policy, const struct pol_endpoint *facts)
{
	return pol_authenticates(policy) && strncmp(facts->endpoint, "inproc://", 9) != 0;
}

static struct judged judge_by(const struct pol *policy, const struct tap_scope *scope, enum pol_way way,
			      void *socket, const char *endpoint, const void *real)
{
	struct judged judged = {0};
	struct pol_verdict verdict = {0};
	struct pol_endpoint facts = {.way = way, .endpoint = endpoint ? endpoint : ""};
	char reason[200], room[128];
	const char *given;
	bool lends = false;
	int error = 0;

	/* Not a socket at all: the library says so better than we could. */
	facts.socket_type = tap_socket_type(scope, socket);
	if (facts.socket_type < 0 && policy->state == POL_READY)
		return judged;
	facts.mechanism = tap_socket_mechanism(scope, socket);
	facts.plaintext = tap_socket_plaintext(scope, socket);
	facts.raw = tap_socket_has(socket, TAP_SOCKET_RAW);
	judged.handles = is_zap_handler(&facts) && tap_zmq_ruled() && !tap_socket_has(socket, TAP_SOCKET_ZAP);
	if (judged.handles)
		judged.error = begin_handler(policy, scope, socket, facts.endpoint);
	if (judged.error) {
		judged.handles = false;
		return judged;
	}
	if (way == POL_BIND && tap_zmq_ruled() && gives_no_listener(scope, socket, facts.endpoint) &&
	    (judged.error = no_listener(scope, facts.endpoint)))
		return judged;
	given = way == POL_BIND ? given_listener(scope, socket, facts.endpoint, room, sizeof(room)) : NULL;
	switch (judge_endpoint(policy, &facts, given, &verdict)) {
	case POL_ALLOW:
		if (pol_asks_gssapi(&facts) && pol_serves_own(policy))
			error = tap_wire_begin_own(scope, socket, &facts, real, &judged.wired, reason,
						   sizeof(reason));
		break;
	case POL_INJECT:
		if (verdict.inject.fails && pol_enforces(policy) &&
		    tap_using_is_refused(socket, facts.endpoint)) {
			judged.error = refused_before(scope, verdict.inject.fails, facts.endpoint);
			break;
		}
		error = tap_wire_begin(scope, socket, &facts, &verdict.inject, real, &judged.wired, reason,
				       sizeof(reason));
		break;
	default:
		judged.error = refuse_endpoint(scope, socket, &facts, endpoint && !given, &verdict);
	}
	if (!error && !judged.error && !judged.wired.tie && tap_zmq_ruled())
		error = tap_wire_begin_none(scope, socket, &judged.wired, reason, sizeof(reason));
	if (!error && !judged.error && !judged.wired.tie && authenticates_at(policy, &facts)) {
		if (pol_judge_entrance(policy, &facts, &verdict) == POL_DENY)
			judged.error = refuse_endpoint(scope, socket, &facts, endpoint && !given, &verdict);
		else
			error = tap_auth_begin(scope, socket, &facts, reason, sizeof(reason));
		if (error) {
			verdict.audit = !pol_enforces(policy);
			lends = verdict.audit;
		}
	}
	/* What cannot be secured is refused: the policy wants it so, or the program. */
	if (error) {
		verdict.action = POL_DENY;
		verdict.rule = verdict.rule ? verdict.rule : "zmq";
		tap_copy(verdict.reason, sizeof(verdict.reason), reason);
		judged.error = refuse_endpoint(scope, socket, &facts, endpoint && !given, &verdict);
	}
	if (lends) /* libzmq goes on without us */
		tap_domain_lend(scope, socket);
	if (!pol_authenticates(policy) && !judged.wired.own && !verdict.inject.skips_zap &&
	    strncmp(facts.endpoint, "inproc://", 9) != 0)
		tap_domain_give(scope, socket);
	return judged;
}

static struct judged judge(const struct tap_scope *scope, enum pol_way way, void *socket,
			   const char *endpoint, const void *real)
{
	const struct pol *policy = tap_policy_take();
	struct judged judged = judge_by(policy, scope, way, socket, endpoint, real);

	tap_policy_give(policy);
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

#define ENDPOINT(type, name, way, failure)                                                                   \
	TAP_EXPORT type name(void *socket, const char *endpoint)                                             \
	{                                                                                                    \
		TAP_ENTER(scope, real_call, TAP_ZMQ, name);                                                  \
		struct judged judged = {0};                                                                  \
		type result = failure;                                                                       \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_leave(&scope), tap_zmq_missing(), failure;                                \
		if (scope.judge)                                                                             \
			judged = judge(&scope, way, socket, endpoint, (const void *)real_call);              \
		if (judged.error)                                                                            \
			errno = judged.error;                                                                \
		else                                                                                         \
			result = real_call(socket,                                                           \
					   way == POL_BIND ? tap_zmq_moved(socket, endpoint) : endpoint);    \
		if (!tap_wire_end(&scope, socket, &judged.wired, result == failure) &&                       \
		    undo_unseen(&scope, socket, endpoint))                                                   \
			result = failure;                                                                    \
		if (result != failure && scope.judge && !judged.wired.fails && tap_zmq_ruled())              \
			tap_using_elsewhere(socket);                                                         \
		if (judged.handles && result == failure)                                                     \
			tap_zmq_undone(socket, endpoint);                                                    \
		if (scope.watch)                                                                             \
			record(&scope, (int)result, result == failure, socket, endpoint);                    \
		tap_leave(&scope);                                                                           \
		return result;                                                                               \
	}

ENDPOINT(int, zmq_bind, POL_BIND, -1)
ENDPOINT(int, zmq_connect, POL_CONNECT, -1)
ENDPOINT(uint32_t, zmq_connect_peer, POL_CONNECT, 0)

#define UNDO(name, undone)                                                                                   \
	TAP_EXPORT int name(void *socket, const char *endpoint)                                              \
	{                                                                                                    \
		TAP_ENTER(scope, real_call, TAP_ZMQ, name);                                                  \
		int result;                                                                                  \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_leave(&scope), tap_zmq_missing();                                         \
		result = real_call(socket, tap_zmq_moved(socket, endpoint));                                 \
		if (scope.judge && !result)                                                                  \
			tap_zmq_undone(socket, endpoint);                                                    \
		if (undone == POL_CONNECT && !result)                                                        \
			tap_using_disconnected(socket, endpoint);                                            \
		if (scope.watch)                                                                             \
			record(&scope, result, result == -1, socket, endpoint);                              \
		tap_leave(&scope);                                                                           \
		return result;                                                                               \
	}

UNDO(zmq_unbind, POL_BIND)
UNDO(zmq_disconnect, POL_CONNECT)

TAP_EXPORT int zmq_disconnect_peer(void *socket, uint32_t routing_id)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_disconnect_peer);
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
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_socket_monitor);
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
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_socket_monitor_versioned);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(socket, address, events, version, type);
	if (scope.watch)
		record(&scope, result, result == -1, socket, address);
	tap_leave(&scope);
	return result;
}
