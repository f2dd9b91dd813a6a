/* SPDX-License-Identifier: MIT */
/* See options.h. */
#include "shim/wire/options.h"

#include "shim/zmq/zmq.h"

#include <string.h>

bool tap_option_bytes(const struct tap_scope *scope, void *socket, int option, void *out, size_t *length)
{
	__typeof__(&zmq_getsockopt) get = TAP_OTHER(scope, zmq_getsockopt);
	int saved = errno;
	bool answered;

	tap_quiet_begin();
	answered = get && !get(socket, option, out, length);
	tap_quiet_end();
	errno = saved;
	return answered;
}

bool tap_option_number(const struct tap_scope *scope, void *socket, int option, int *value)
{
	size_t length = sizeof(*value);

	return tap_option_bytes(scope, socket, option, value, &length);
}

bool tap_option_text(const struct tap_scope *scope, void *socket, int option, char *out, size_t size)
{
	size_t length = size - 1;

	memset(out, 0, size);
	return tap_option_bytes(scope, socket, option, out, &length);
}

bool tap_option_set_bytes(const struct tap_scope *scope, void *socket, int option, const void *value,
			  size_t length)
{
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	int saved = errno;
	bool done;

	tap_quiet_begin();
	done = set && !set(socket, option, value, length);
	tap_quiet_end();
	errno = saved;
	return done;
}

bool tap_option_set(const struct tap_scope *scope, void *socket, int option, int value)
{
	return tap_option_set_bytes(scope, socket, option, &value, sizeof(value));
}

#define STOCK 30000
#define OURS 3000

static void change(const struct tap_scope *scope, void *socket, int from, int to)
{
	int value;

	if (!tap_socket_has(socket, TAP_SOCKET_HANDSHAKE_IVL) &&
	    tap_option_number(scope, socket, ZMQ_HANDSHAKE_IVL, &value) && value == from)
		tap_option_set(scope, socket, ZMQ_HANDSHAKE_IVL, to);
}

void tap_wait_shorten(const struct tap_scope *scope, void *socket)
{
	change(scope, socket, STOCK, OURS);
}

void tap_wait_restore(const struct tap_scope *scope, void *socket)
{
	change(scope, socket, OURS, STOCK);
}

bool tap_reconnects_as_stock(const struct tap_scope *scope, void *socket)
{
	int value;

	return !tap_socket_has(socket, TAP_SOCKET_RECONNECT_IVL) &&
	       tap_option_number(scope, socket, ZMQ_RECONNECT_IVL, &value) && value == 100;
}
