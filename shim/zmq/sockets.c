/* SPDX-License-Identifier: MIT */
/*
 * What a socket cannot be asked: whether ZMQ_ROUTER_RAW was set, and which waits its program set by itself.
 * The table holds only the sockets on which one was.
 */
#include "shim/zmq/zmq.h"

#define SOCKETS 1024

static struct tap_lock lock;
static struct {
	void *socket;
	unsigned flags;
} sockets[SOCKETS];
static unsigned count;
static unsigned
	overflowed; /* flags that found no room: then every socket has them, which is the safe answer */

static unsigned find(const void *socket)
{
	unsigned i = 0;

	while (i < count && sockets[i].socket != socket)
		i++;
	return i;
}

void tap_socket_flag(void *socket, unsigned flag)
{
	unsigned i;

	if (!tap_lock(&lock)) {
		overflowed |= flag;
		return;
	}
	i = find(socket);
	if (i == count && (i = find(NULL)) == count && count < SOCKETS)
		count++;
	if (i < count) {
		sockets[i].socket = socket;
		sockets[i].flags |= flag;
	} else {
		overflowed |= flag;
	}
	tap_unlock(&lock);
}

void tap_socket_forget(void *socket)
{
	unsigned i;

	if (!count || !tap_lock(&lock))
		return;
	i = find(socket);
	if (i < count) {
		sockets[i].socket = NULL;
		sockets[i].flags = 0;
	}
	tap_unlock(&lock);
}

bool tap_socket_has(void *socket, unsigned flag)
{
	unsigned flags = overflowed, i;

	if (!count)
		return flags & flag;
	if (!tap_lock(&lock))
		return true;
	i = find(socket);
	if (i < count)
		flags |= sockets[i].flags;
	tap_unlock(&lock);
	return flags & flag;
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
