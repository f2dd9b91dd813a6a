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

/*
 * A peer that is refused, or that says nothing, is let go after seconds, and comes back less and less often
 * (facts Z8): libzmq starts anew with the first wait after each connection that was made, also when it came
 * to nothing.
 */
static const struct wait {
	int option, stock, ours;
	unsigned flag;
} waits[] = {
	/* the first: of handshakes */
	{ZMQ_HANDSHAKE_IVL, 30000, 3000, TAP_SOCKET_HANDSHAKE_IVL},
	{ZMQ_RECONNECT_IVL, 100, 500, TAP_SOCKET_RECONNECT_IVL},
	{ZMQ_RECONNECT_IVL_MAX, 0, 4000, TAP_SOCKET_RECONNECT_IVL_MAX},
};

static void change(const struct tap_scope *scope, void *socket, const struct wait *wait, int from, int to)
{
	int value;

	if (!tap_socket_has(socket, wait->flag) && tap_option_number(scope, socket, wait->option, &value) &&
	    value == from)
		tap_option_set(scope, socket, wait->option, to);
}

void tap_waits_shorten(const struct tap_scope *scope, void *socket, bool own)
{
	for (size_t i = own; i < sizeof(waits) / sizeof(waits[0]); i++)
		change(scope, socket, &waits[i], waits[i].stock, waits[i].ours);
}

void tap_waits_restore(const struct tap_scope *scope, void *socket, bool own)
{
	for (size_t i = own; i < sizeof(waits) / sizeof(waits[0]); i++)
		change(scope, socket, &waits[i], waits[i].ours, waits[i].stock);
}
