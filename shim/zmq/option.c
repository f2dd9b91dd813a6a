/* SPDX-License-Identifier: MIT */
/*
 * zmq_setsockopt and zmq_getsockopt: what a program says about its socket's security.
 *
 * The rows below say how an option's value may be shown. An option that is not named here and is no plain
 * number is taken for a secret: length and keyed hash.
 */
#include "shim/repair/inside.h"
#include "shim/zmq/zmq.h"

#include <string.h>

enum form { NUMBER, TEXT, BYTES, SECRET };

/* Draft options have no names in <zmq.h>. */
#define DRAFT_WSS_KEY_PEM 103
#define DRAFT_WSS_CERT_PEM 104
#define DRAFT_WSS_TRUST_PEM 105
#define DRAFT_WSS_HOSTNAME 106

static const struct {
	int option;
	enum form form;
} forms[] = {
	{ZMQ_PLAIN_USERNAME, TEXT},	 {ZMQ_PLAIN_PASSWORD, SECRET},
	{ZMQ_CURVE_PUBLICKEY, BYTES},	 {ZMQ_CURVE_SECRETKEY, SECRET},
	{ZMQ_CURVE_SERVERKEY, BYTES},	 {ZMQ_ZAP_DOMAIN, TEXT},
	{ZMQ_GSSAPI_PRINCIPAL, TEXT},	 {ZMQ_GSSAPI_SERVICE_PRINCIPAL, TEXT},
	{ZMQ_LAST_ENDPOINT, TEXT},	 {ZMQ_SOCKS_PROXY, TEXT},
	{ZMQ_BINDTODEVICE, TEXT},	 {ZMQ_ROUTING_ID, BYTES},
	{ZMQ_CONNECT_ROUTING_ID, BYTES}, {ZMQ_SUBSCRIBE, BYTES},
	{ZMQ_UNSUBSCRIBE, BYTES},	 {ZMQ_XPUB_WELCOME_MSG, BYTES},
	{ZMQ_TCP_ACCEPT_FILTER, TEXT},	 {DRAFT_WSS_KEY_PEM, SECRET},
	{DRAFT_WSS_CERT_PEM, BYTES},	 {DRAFT_WSS_TRUST_PEM, BYTES},
	{DRAFT_WSS_HOSTNAME, TEXT},
};

static enum form form_of(int option, size_t length)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].option == option)
			return forms[i].form;
	return length == sizeof(int) || length == sizeof(int64_t) ? NUMBER : SECRET;
}

static void put_text(struct tr_draft *d, const char *text, size_t length)
{
	while (length && !text[length - 1])
		length--;
	tr_put_text_n(d, TR_F_VALUE_TEXT, text, length < 1024 ? length : 1024);
}

static void put_value(struct tr_draft *d, int option, const void *value, size_t length)
{
	int64_t number = 0;

	if (!value)
		return;
	switch (form_of(option, length)) {
	case NUMBER:
		if (length == sizeof(int64_t))
			memcpy(&number, value, sizeof(number));
		else
			number = *(const int *)value;
		tr_put_u64(d, TR_F_VALUE_INT, (uint64_t)number);
		break;
	case TEXT:
		put_text(d, value, length);
		break;
	case BYTES:
		tr_put_token(d, TR_F_VALUE_BYTES, value, length, TR_WHERE_NONE, false);
		break;
	case SECRET:
		tr_put_secret(d, TR_F_SECRET, value, length);
		break;
	}
}

static void record(struct tap_scope *scope, int result, void *socket, int option, const void *value,
		   size_t length)
{
	int error = errno;
	struct tr_draft *d = tap_int_event(scope, result, result == -1, error);

	if (d) {
		tap_put_handle(d, TR_F_SOCKET, socket);
		tr_put_u32(d, TR_F_OPTION, (uint32_t)option);
		put_value(d, option, value, length);
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
