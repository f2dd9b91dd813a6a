/* SPDX-License-Identifier: MIT */
/*
 * See turn.h. A turn lasts as long as libzmq's own call, which has a lock of the socket's for as long: who
 * waits here would wait there.
 */
#include "shim/wire/turn.h"

#include "shim/wire/options.h"
#include "shim/zmq/zmq.h"

#define LOCKS 64 /* sockets that share one wait for each other */

static struct tap_lock locks[LOCKS];
static __thread bool has_turn;

static bool is_shared(const struct tap_scope *scope, void *socket)
{
	int shared = 0;

	return tap_zmq_ruled() && tap_option_number(scope, socket, ZMQ_THREAD_SAFE, &shared) && shared;
}

bool tap_turn_begin(const struct tap_scope *scope, void *socket, struct tap_turn *turn)
{
	uintptr_t x = (uintptr_t)socket >> 4;

	turn->lock = NULL;
	if (!scope->judge || !is_shared(scope, socket))
		return true;
	if (has_turn)
		return false;
	turn->lock = &locks[(x ^ x >> 10) % LOCKS];
	while (!tap_lock(turn->lock))
		;
	has_turn = true;
	return true;
}

void tap_turn_end(const struct tap_turn *turn)
{
	if (!turn->lock)
		return;
	has_turn = false;
	tap_unlock(turn->lock);
}

bool tap_turn_changes(int option)
{
	switch (option) {
	case ZMQ_SNDBUF:
	case ZMQ_HANDSHAKE_IVL:
	case ZMQ_RECONNECT_IVL:
	case ZMQ_RECONNECT_IVL_MAX:
	case ZMQ_MECHANISM:
	case ZMQ_PLAIN_SERVER:
	case ZMQ_GSSAPI_SERVER:
		return true;
	default:
		return false;
	}
}
