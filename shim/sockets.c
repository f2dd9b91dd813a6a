/* SPDX-License-Identifier: MIT */
/*
 * What a socket cannot be asked: whether ZMQ_ROUTER_RAW was set. The table holds only the sockets on which it
 * was.
 */
#include "shim/zmq_real.h"

#define RAW_SOCKETS 1024

static struct tap_lock lock;
static void *raw_sockets[RAW_SOCKETS];
static unsigned raw_count;
static bool overflowed; /* then every socket counts as raw: unsecured is the safe answer */

void tap_socket_set_raw(void *socket, bool raw)
{
	unsigned i, free_at = RAW_SOCKETS;

	if (!tap_lock(&lock)) {
		overflowed = overflowed || raw;
		return;
	}
	for (i = 0; i < raw_count && raw_sockets[i] != socket; i++)
		if (!raw_sockets[i])
			free_at = i;
	if (!raw && i < raw_count)
		raw_sockets[i] = NULL;
	else if (raw && i == raw_count && free_at < RAW_SOCKETS)
		raw_sockets[free_at] = socket;
	else if (raw && i == raw_count && raw_count < RAW_SOCKETS)
		raw_sockets[raw_count++] = socket;
	else if (raw && i == raw_count)
		overflowed = true;
	tap_unlock(&lock);
}

bool tap_socket_is_raw(void *socket)
{
	bool raw = overflowed;

	if (!tap_lock(&lock))
		return true;
	for (unsigned i = 0; i < raw_count && !raw; i++)
		raw = raw_sockets[i] == socket;
	tap_unlock(&lock);
	return raw;
}

static int ask(const struct tap_scope *scope, void *socket, int option)
{
	__typeof__(&zmq_getsockopt) get = TAP_OTHER(scope, zmq_getsockopt);
	int value = -1, saved = errno;
	size_t length = sizeof(value);

	tap_quiet_begin();
	if (!get || get(socket, option, &value, &length))
		value = -1;
	tap_quiet_end();
	errno = saved;
	return value;
}

int tap_socket_type(const struct tap_scope *scope, void *socket)
{
	return ask(scope, socket, ZMQ_TYPE);
}

int tap_socket_mechanism(const struct tap_scope *scope, void *socket)
{
	return ask(scope, socket, ZMQ_MECHANISM);
}
