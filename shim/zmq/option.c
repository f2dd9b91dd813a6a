/* SPDX-License-Identifier: MIT */
/*
 * zmq_setsockopt and zmq_getsockopt: what a program says about its socket's security. How a value may be
 * shown is value.c's to say.
 */
#include "shim/wire/turn.h"
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
	const struct pol *policy = tap_policy_take();
	enum pol_action action = pol_judge_plaintext(policy, &verdict);

	tap_policy_give(policy);
	if (action == POL_ALLOW || !tap_refuses(scope, &verdict, "ZMQ_GSSAPI_PLAINTEXT"))
		return false;
	if (action != POL_CHANGE)
		return true;
	*value = &encrypt;
	return false;
}

/* What the option makes of a socket that it cannot be asked later. */
static unsigned flag_of(int option)
{
	switch (option) {
	case ZMQ_ROUTER_RAW:
		return TAP_SOCKET_RAW;
	case ZMQ_HANDSHAKE_IVL:
		return TAP_SOCKET_HANDSHAKE_IVL;
	case ZMQ_RECONNECT_IVL:
		return TAP_SOCKET_RECONNECT_IVL;
	default:
		return 0;
	}
}

/* One that libzmq would take, and that is kept back. */
static bool is_domain(const struct tap_scope *scope, void *socket, int option, const void *value,
		      size_t length)
{
	return option == ZMQ_ZAP_DOMAIN && value && length && length < 256 && tap_zmq_ruled() &&
	       tap_socket_type(scope, socket) >= 0;
}

TAP_EXPORT int zmq_setsockopt(void *socket, int option, const void *value, size_t length)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_setsockopt);
	unsigned flag = scope.watch ? flag_of(option) : 0;
	bool had = flag && tap_socket_has(socket, flag);
	const void *given = value;
	int refused = 0, result = -1;
	struct tap_socket *turn = NULL;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	if (tap_turn_changes(option) && !tap_turn_begin(&scope, socket, &turn))
		refused = EAGAIN;
	if (scope.judge && option == ZMQ_GSSAPI_PLAINTEXT && int_value(value, length) &&
	    plaintext_refused(&scope, &given))
		refused = EACCES;
	/* What is not known to be raw would be taken for secured. */
	if (flag && !had && !tap_socket_flag(socket, flag) && tap_has_policy)
		refused = ENOMEM;
	if (refused)
		errno = refused;
	else if (scope.judge && is_domain(&scope, socket, option, value, length))
		result = tap_domain_keep(socket, value, length) ? 0 : (errno = ENOMEM, -1);
	else
		result = real_call(socket, option, given, length);
	tap_turn_end(turn);
	if (flag && (result ? !had : option == ZMQ_ROUTER_RAW && !int_value(value, length)))
		tap_socket_unflag(socket, flag);
	/* Of what libzmq refused the length may be anything; and what it was given may be another value. */
	record(&scope, result, socket, option, result ? NULL : given, length);
	tap_leave(&scope);
	return result;
}

/* Who asks, as zmq_poll does, is to come and hear that. */
static void add_events(void *socket, int option, void *value, const size_t *length)
{
	int events;

	if (option != ZMQ_EVENTS || *length != sizeof(events) || !tap_socket_is_refused(socket))
		return;
	memcpy(&events, value, sizeof(events));
	events |= ZMQ_POLLIN | ZMQ_POLLOUT;
	memcpy(value, &events, sizeof(events));
}

TAP_EXPORT int zmq_getsockopt(void *socket, int option, void *value, size_t *length)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_getsockopt);
	size_t kept_length;
	struct tap_socket *turn = NULL;
	const char *kept;
	int result = -1;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	kept = option == ZMQ_ZAP_DOMAIN && value && length ? tap_domain_kept(socket, &kept_length) : NULL;
	if (tap_turn_changes(option) && !tap_turn_begin(&scope, socket, &turn)) {
		errno = EAGAIN;
	} else if (!kept) {
		result = real_call(socket, option, value, length);
		tap_turn_end(turn);
		if (!result)
			add_events(socket, option, value, length);
		if (!result && scope.judge && option == ZMQ_LAST_ENDPOINT)
			tap_zmq_name_back(value, *length);
	} else if (*length > kept_length) {
		memset(value, 0, *length);
		memcpy(value, kept, kept_length + 1);
		*length = kept_length + 1;
		result = 0;
	} else {
		errno = EINVAL;
		result = -1;
	}
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
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_curve_keypair);
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
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_curve_public);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(public_key, secret_key);
	record_keys(&scope, result, result ? NULL : public_key, secret_key);
	tap_leave(&scope);
	return result;
}
