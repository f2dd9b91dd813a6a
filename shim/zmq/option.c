/* SPDX-License-Identifier: MIT */
/*
 * zmq_setsockopt and zmq_getsockopt: what a program says about its socket's security. How a value may be
 * shown is value.c's to say.
 */
#include "shim/repair/inside.h"
#include "shim/zmq/zmq.h"

#include <string.h>

static void record(struct tap_scope *scope, int result, void *socket, int option, const void *value,
		   size_t length)
{
	int error = errno;
	struct tr_draft *d = tap_int_event(scope, result, result == -1, error);

	if (d) {
		tap_put_handle(d, TR_F_SOCKET, socket);
		tap_put_socket_option(d, option, value, length);
		tr_commit(d);
	}
	errno = error;
}

static int int_value(const void *value, size_t length)
{
	int number = 0;

	if (value && length == sizeof(number))
		memcpy(&number, value, sizeof(number));
	return number;
}

/* A program turns libzmq's encryption off. True: it may not; *value may come back changed. */
static bool plaintext_refused(const struct tap_scope *scope, const void **value)
{
	static const int encrypt = 0;
	struct pol_verdict verdict = {0};
	enum pol_action action = pol_judge_plaintext(&tap_policy, &verdict);

	if (action == POL_ALLOW || !tap_refuses(scope, &verdict, "ZMQ_GSSAPI_PLAINTEXT"))
		return false;
	if (action != POL_CHANGE)
		return true;
	*value = &encrypt;
	return false;
}

/* What a socket cannot be asked later; `does` is false when the call failed after all. */
static void notice(void *socket, int option, const void *value, size_t length, bool does)
{
	if (!does && option != ZMQ_SUBSCRIBE && option != ZMQ_UNSUBSCRIBE)
		return;
	if (option == ZMQ_ROUTER_RAW && int_value(value, length))
		tap_socket_flag(socket, TAP_SOCKET_RAW);
	else if (option == ZMQ_HANDSHAKE_IVL)
		tap_socket_flag(socket, TAP_SOCKET_HANDSHAKE_IVL);
	else if (option == ZMQ_RECONNECT_IVL)
		tap_socket_flag(socket, TAP_SOCKET_RECONNECT_IVL);
	else if (option == ZMQ_RECONNECT_IVL_MAX)
		tap_socket_flag(socket, TAP_SOCKET_RECONNECT_IVL_MAX);
	else if (option == ZMQ_CONNECT_TIMEOUT)
		tap_socket_flag(socket, TAP_SOCKET_CONNECT_TIMEOUT);
	else if ((option == ZMQ_SUBSCRIBE || option == ZMQ_UNSUBSCRIBE) && tap_follows_subscriptions())
		tap_subscription(socket, value, length, (option == ZMQ_SUBSCRIBE) == does);
}

TAP_EXPORT int zmq_setsockopt(void *socket, int option, const void *value, size_t length)
{
	TAP_ENTER(TAP_ZMQ, zmq_setsockopt);
	const void *given = value;
	bool refused = false;
	int result = -1;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	if (scope.judge && option == ZMQ_GSSAPI_PLAINTEXT && int_value(value, length))
		refused = plaintext_refused(&scope, &given);
	/* Before the call: libzmq's I/O thread may wrap the subscription before it returns. */
	if (scope.watch)
		notice(socket, option, value, length, true);
	if (refused)
		errno = EACCES;
	else
		result = real_call(socket, option, given, length);
	if (scope.watch && result) {
		int error = errno;

		notice(socket, option, value, length, false);
		errno = error;
	}
	/* Of what libzmq refused the length may be anything. */
	record(&scope, result, socket, option, result ? NULL : value, length);
	tap_leave(&scope);
	return result;
}

/* The program's principal, without what tap_adopt put behind it. */
static void hide_tag(char *value, size_t *length)
{
	size_t bare;

	if (!tap_tie_of_text(value, *length, &bare))
		return;
	value[bare] = 0;
	*length = bare + 1;
}

TAP_EXPORT int zmq_getsockopt(void *socket, int option, void *value, size_t *length)
{
	TAP_ENTER(TAP_ZMQ, zmq_getsockopt);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(socket, option, value, length);
	if (tap_injected && !result && option == ZMQ_GSSAPI_PRINCIPAL && value && length)
		hide_tag(value, length);
	record(&scope, result, socket, option, result || !length ? NULL : value, length ? *length : 0);
	tap_leave(&scope);
	return result;
}

/* Keys are Z85 text of 40 characters and a NUL; NULL: not known. */
static void record_keys(struct tap_scope *scope, int result, const char *public_key, const char *secret_key)
{
	struct tr_draft *d = tap_int_event(scope, result, result == -1, errno);

	if (!d)
		return;
	if (public_key)
		tr_put_text(d, TR_F_VALUE_TEXT, public_key);
	if (secret_key)
		tr_put_secret(d, TR_F_SECRET, secret_key, strlen(secret_key));
	tr_commit(d);
}

TAP_EXPORT int zmq_curve_keypair(char *public_key, char *secret_key)
{
	TAP_ENTER(TAP_ZMQ, zmq_curve_keypair);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(public_key, secret_key);
	record_keys(&scope, result, result ? NULL : public_key, result ? NULL : secret_key);
	tap_leave(&scope);
	return result;
}

TAP_EXPORT int zmq_curve_public(char *public_key, const char *secret_key)
{
	TAP_ENTER(TAP_ZMQ, zmq_curve_public);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(public_key, secret_key);
	record_keys(&scope, result, result ? NULL : public_key, secret_key);
	tap_leave(&scope);
	return result;
}
