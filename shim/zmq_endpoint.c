/* SPDX-License-Identifier: MIT */
/*
 * zmq_bind, zmq_connect and what undoes them: where endpoints are judged and secured.
 *
 * A refusal is -1 with errno EACCES, as the kernel says of a port that one may not have.
 */
#include "shim/zmq_real.h"

#include <string.h>

/* What the judgement made of the call. */
struct judged {
	int error; /* errno of a refusal; 0: go on */
	bool injected;
};

static int refuse(const struct tap_scope *scope, struct pol_verdict *verdict, const char *endpoint)
{
	return tap_refuses(scope, verdict, endpoint) ? EACCES : 0;
}

/* Injection that cannot be done is a refusal: the policy wants this endpoint secured. */
static void inject(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		   struct pol_verdict *verdict, struct judged *judged)
{
	char reason[128];

	if (!tap_inject(scope, socket, facts, &verdict->inject, reason, sizeof(reason))) {
		judged->injected = true;
		return;
	}
	tap_copy(verdict->reason, sizeof(verdict->reason), reason);
	judged->error = refuse(scope, verdict, facts->endpoint);
}

static struct judged judge(const struct tap_scope *scope, enum pol_way way, void *socket,
			   const char *endpoint)
{
	struct judged judged = {0};
	struct pol_verdict verdict = {0};
	struct pol_endpoint facts = {.way = way, .endpoint = endpoint ? endpoint : ""};

	/* Not a socket at all: the library says so better than we could. */
	facts.socket_type = tap_socket_type(scope, socket);
	if (facts.socket_type < 0 && tap_policy.state == POL_READY)
		return judged;
	facts.mechanism = tap_socket_mechanism(scope, socket);
	facts.raw = tap_socket_is_raw(socket);
	switch (pol_judge_endpoint(&tap_policy, &facts, &verdict)) {
	case POL_ALLOW:
		break;
	case POL_INJECT:
		inject(scope, socket, &facts, &verdict, &judged);
		break;
	default:
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

#define ENDPOINT(type, name, way, failure)                                                                   \
	TAP_EXPORT type name(void *socket, const char *endpoint)                                             \
	{                                                                                                    \
		TAP_ENTER(TAP_ZMQ, name);                                                                    \
		struct judged judged = {0};                                                                  \
		type result = failure;                                                                       \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_leave(&scope), tap_zmq_missing(), failure;                                \
		if (scope.judge)                                                                             \
			judged = judge(&scope, way, socket, endpoint);                                       \
		if (judged.error)                                                                            \
			errno = judged.error;                                                                \
		else                                                                                         \
			result = real_call(socket, endpoint);                                                \
		if (judged.injected)                                                                         \
			tap_inject_undo(&scope, socket);                                                     \
		if (scope.watch)                                                                             \
			record(&scope, (int)result, result == failure, socket, endpoint);                    \
		tap_leave(&scope);                                                                           \
		return result;                                                                               \
	}

ENDPOINT(int, zmq_bind, POL_BIND, -1)
ENDPOINT(int, zmq_connect, POL_CONNECT, -1)
ENDPOINT(uint32_t, zmq_connect_peer, POL_CONNECT, 0)

#define UNDO(name)                                                                                           \
	TAP_EXPORT int name(void *socket, const char *endpoint)                                              \
	{                                                                                                    \
		TAP_ENTER(TAP_ZMQ, name);                                                                    \
		int result;                                                                                  \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_leave(&scope), tap_zmq_missing();                                         \
		result = real_call(socket, endpoint);                                                        \
		if (scope.watch)                                                                             \
			record(&scope, result, result == -1, socket, endpoint);                              \
		tap_leave(&scope);                                                                           \
		return result;                                                                               \
	}

UNDO(zmq_unbind)
UNDO(zmq_disconnect)

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
