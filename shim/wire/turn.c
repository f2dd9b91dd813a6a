/* SPDX-License-Identifier: MIT */
/*
 * See turn.h. A turn lasts as long as libzmq's own call, which has a lock of the socket's for as long: who
 * waits here would wait there, for the same socket and for no other.
 */
#include "shim/wire/turn.h"

#include "shim/wire/options.h"

static bool is_shared(const struct tap_scope *scope, void *socket)
{
	int shared = 0;

	return tap_zmq_ruled() && tap_option_number(scope, socket, ZMQ_THREAD_SAFE, &shared) && shared;
}

/* Calls that were left by longjmp are not on the stack any more: what they had is this one's. */
static bool is_left(const struct tap_socket *s)
{
	return (uintptr_t)__builtin_frame_address(0) >= s->turn_frame;
}

bool tap_turn_begin(const struct tap_scope *scope, void *socket, struct tap_socket **turn)
{
	struct tap_socket *s;

	*turn = NULL;
	if (!scope->judge || !is_shared(scope, socket))
		return true;
	s = tap_socket_flag(socket, 0);
	if (!s)
		return false;
	while (!tap_lock(&s->turn))
		if (tap_has_lock(&s->turn)) {
			if (!is_left(s))
				return false;
			break;
		}
	s->turn_frame = (uintptr_t)__builtin_frame_address(0);
	*turn = s;
	return true;
}

void tap_turn_end(struct tap_socket *turn)
{
	if (turn)
		tap_unlock(&turn->turn);
}

bool tap_turn_changes(int option)
{
	switch (option) {
	case ZMQ_SNDBUF:
	case ZMQ_MAXMSGSIZE:
	case ZMQ_HANDSHAKE_IVL:
	case ZMQ_MECHANISM:
	case ZMQ_PLAIN_SERVER:
	case ZMQ_GSSAPI_SERVER:
		return true;
	default:
		return false;
	}
}
