/* SPDX-License-Identifier: MIT */
/*
 * A client whose peers refuse it, by a rule with on-failure: error. libzmq makes what is lost anew for ever,
 * and its program is told nothing; so when it is for good libzmq is told by an ERROR, as of a ZAP handler's
 * denial: it tells the socket's monitor, gives the endpoint up, and wakes who waits for the socket. Calls of
 * the program fail from then on (shim/zmq/message.c).
 *
 * For good is what the peer's program says itself, or what befalls several connections in a row for some
 * time: a peer that is started again, or goes while it is spoken to, is there again by then. Who could not be
 * asked, a KDC, has refused nobody.
 */
#include "shim/wire/connection.h"

#include "shim/core/monotonic.h"
#include "shim/wire/using.h"

#include <errno.h>
#include <string.h>

#define TIMES 3
#define WHILE_NS 1000000000u

static void begin_row(struct tap_tie *tie)
{
	__atomic_store_n(&tie->refusals, 0, __ATOMIC_RELAXED);
}

void tap_wire_tries(struct tap_tie *tie)
{
	begin_row(tie);
	__atomic_store_n(&tie->refused, false, __ATOMIC_RELAXED);
}

void tap_wire_through(struct wire *wire)
{
	wire->through = true;
	begin_row(wire->tie);
}

static void tell(const struct tap_tie *tie, bool audit)
{
	struct tr_draft *d = tr_begin(audit ? TR_E_would_refuse : TR_E_refused);

	if (!d)
		return;
	tr_comment(d, audit ? "would refuse: " : "refused: ");
	tr_comment(d, "the endpoint is given up: its peers refuse this client");
	tr_put_u32(d, TR_F_ROLE, TR_ROLE_CLIENT);
	tr_put_text(d, TR_F_RULE, "zmq.inject.on-failure");
	tr_put_u32(d, TR_F_LINE, tie->fails);
	tr_put_text(d, TR_F_REASON, "the endpoint is given up: its peers refuse this client");
	tr_put_text(d, TR_F_SUBJECT, tie->endpoint);
	tr_commit(d);
}

static void give_up(struct wire *wire)
{
	tell(wire->tie, false);
	tap_using_refused(wire->tie);
	wire->given_up = true;
}

/* Whom GSSAPI waits for, as for a KDC, has not answered yet, and may be the reason why the peer went away. */
static bool is_answered(const struct wire *wire)
{
	return wire->stepping ? wire->phase == WIRE_DEAD : !wire->unreached;
}

/* A proxy that has nobody to connect to says nothing, and a peer that hangs neither. */
static bool is_refusal(const struct wire *wire)
{
	return !wire->server && !wire->through && !wire->own_way && !wire->proxied && is_answered(wire) &&
	       (wire->phase == WIRE_HANDSHAKE || wire->phase == WIRE_DEAD || wire->peer_count);
}

/* Is it the last in a row? In audit mode it is told once for each row. */
static bool is_last(struct tap_tie *tie)
{
	uint64_t now = tap_monotonic_ns();
	unsigned n = __atomic_add_fetch(&tie->refusals, 1, __ATOMIC_RELAXED);

	if (n == 1)
		__atomic_store_n(&tie->refused_since, now, __ATOMIC_RELAXED);
	return tie->once ||
	       (n >= TIMES && now >= __atomic_load_n(&tie->refused_since, __ATOMIC_RELAXED) + WHILE_NS);
}

/* What is left of a greeting that libzmq still waits for. */
static bool put_greeting(struct wire *wire)
{
	static const uint8_t greeting[GREETING] = {0xff, 0,    0, 0, 0,	  0,   0,   0,
						   1,	 0x7f, 3, 0, 'N', 'U', 'L', 'L'};

	return tap_wire_put(&wire->plain, greeting + wire->peer_given, GREETING - wire->peer_given);
}

static bool put_error(struct wire *wire)
{
	static const uint8_t error[] = "\5ERROR\003"
				       "400";

	return tap_frame_put(&wire->plain, FRAME_COMMAND, sizeof(error) - 1) &&
	       tap_wire_put(&wire->plain, error, sizeof(error) - 1);
}

/* False: there is no memory. */
static bool put_denial(struct wire *wire)
{
	tap_wire_drop(&wire->plain);
	if ((wire->peer_given >= GREETING || put_greeting(wire)) && put_error(wire))
		return true;
	tap_wire_drop(&wire->plain);
	return false;
}

bool tap_wire_gives_up(struct wire *wire)
{
	int saved = errno;
	bool gives = false;

	if (!wire->tie->fails || wire->given_up || !is_refusal(wire) || !is_last(wire->tie))
		return false;
	if (!TAP_POLICY(pol_enforces)) {
		tell(wire->tie, true);
		begin_row(wire->tie);
	} else if (put_denial(wire)) {
		give_up(wire);
		gives = true;
	}
	errno = saved;
	return gives;
}

void tap_wire_denied(struct wire *wire)
{
	if (!wire->tie->fails)
		return;
	if (TAP_POLICY(pol_enforces))
		give_up(wire);
	else
		tell(wire->tie, true);
}
