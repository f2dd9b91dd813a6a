/* SPDX-License-Identifier: MIT */
/* See waits.h. */
#include "shim/inject/waits.h"

#include "shim/zmq/repairs.h"
#include "shim/zmq/zmq.h"

/*
 * handshake (facts Z8): a peer that is refused, or that says nothing, is let go after seconds, and comes back
 * less and less often. Only where the program left libzmq's own defaults.
 *
 * A client that may go without GSSAPI does so at its next connection, which is not to be put off; and where a
 * firewall swallows what comes for GSSAPI's port it would not get that far for minutes.
 */
static const struct wait {
	int option, stock, ours;
	unsigned flag;
	bool always, falls_back; /* of every injected socket; of those that may go without */
} waits[] = {
	{ZMQ_HANDSHAKE_IVL, 30000, 3000, TAP_SOCKET_HANDSHAKE_IVL, true, true},
	{ZMQ_CONNECT_TIMEOUT, 0, 2000, TAP_SOCKET_CONNECT_TIMEOUT, false, true},
	/* libzmq starts anew with the first after each connection that was made, also when it came to
	   nothing. */
	{ZMQ_RECONNECT_IVL, 100, 500, TAP_SOCKET_RECONNECT_IVL, true, false},
	{ZMQ_RECONNECT_IVL_MAX, 0, 4000, TAP_SOCKET_RECONNECT_IVL_MAX, true, false},
};

static void change_wait(const struct tap_scope *scope, void *socket, const struct wait *wait, bool ours)
{
	__typeof__(&zmq_getsockopt) get = TAP_OTHER(scope, zmq_getsockopt);
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	int from = ours ? wait->stock : wait->ours, to = ours ? wait->ours : wait->stock, value;
	size_t size = sizeof(value);

	if (!get || !set || tap_socket_has(socket, wait->flag))
		return;
	tap_quiet_begin();
	if (!get(socket, wait->option, &value, &size) && value == from)
		set(socket, wait->option, &to, sizeof(to));
	tap_quiet_end();
}

void tap_waits_shorten(const struct tap_scope *scope, void *socket, bool falls_back)
{
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		if (falls_back ? waits[i].falls_back : waits[i].always && tap_repairs(POL_REPAIR_HANDSHAKE))
			change_wait(scope, socket, &waits[i], true);
}

void tap_waits_restore(const struct tap_scope *scope, void *socket)
{
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		change_wait(scope, socket, &waits[i], false);
}
