/* SPDX-License-Identifier: MIT */
/* How connections end, and what is told of it: see connection.h. */
#include "shim/core/filter.h"
#include "shim/wire/connection.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_NS 1000000000u /* libzmq's own (ZMQ_HANDSHAKE_IVL) is longer */
#define MOMENT_NS 100000000u	/* libzmq needs less for a READY */

static void tell(struct wire *wire, enum tr_outcome outcome, const char *reason)
{
	struct tr_draft *d;

	if (wire->told)
		return;
	wire->told = true;
	d = tr_begin(TR_E_handshake);
	if (!d)
		return;
	tr_put_u32(d, TR_F_ROLE, wire->server ? TR_ROLE_ACCEPTOR : TR_ROLE_INITIATOR);
	tap_wire_put_ends(d, wire);
	tap_wire_put_greeting(d, wire);
	/* Of a handshake that has its event already: what became of the connection. */
	if (wire->established)
		tap_wire_put_context(d, wire);
	tr_put_u32(d, TR_F_OUTCOME, outcome);
	tr_put_u64(d, TR_F_DURATION, tr_now() - wire->begun);
	tr_put_text(d, TR_F_REASON, reason);
	d->comment = reason;
	tr_commit(d);
}

int tap_wire_reset(struct wire *wire)
{
	wire->told = true;
	wire->phase = WIRE_DEAD;
	/* A failed send alone ends nothing: libzmq waits for what can still be received. */
	if (!wire->closed && !tap_is_death(TAP_DEATH_SHUTDOWN))
		shutdown(wire->fd, SHUT_RDWR);
	errno = ECONNRESET;
	return -1;
}

void tap_wire_tell_failed(struct wire *wire, const char *reason)
{
	tell(wire, TR_OUTCOME_FAILED, reason);
}

int tap_wire_fail(struct wire *wire, const char *reason)
{
	/* What comes after the handshake is told with what the context has carried, when it goes. */
	if (wire->phase == WIRE_DATA)
		wire->why = reason;
	else
		tell(wire, TR_OUTCOME_FAILED, reason);
	return tap_wire_reset(wire);
}

int tap_wire_refuse(struct wire *wire, const char *reason)
{
	tell(wire, TR_OUTCOME_REFUSED, reason);
	return tap_wire_reset(wire);
}

int tap_wire_give_up(struct wire *wire, const char *reason)
{
	tell(wire, TR_OUTCOME_ABANDONED, reason);
	return tap_wire_reset(wire);
}

bool tap_wire_was_waited_for(const struct wire *wire)
{
	return tr_now() - wire->begun > PATIENCE_NS;
}

/*
 * Of a connection that came to nothing by itself. Who has gone before he was heard is no failure, nor is one
 * that this end closes while it connects: only who was waited for is silent.
 */
static const char *silent_failure(const struct wire *wire)
{
	if (wire->phase == WIRE_HANDSHAKE && !wire->left && !wire->stepping && !wire->established &&
	    (wire->context != GSS_C_NO_CONTEXT || wire->taken) && tap_wire_was_waited_for(wire))
		return wire->taken
			       ? "silent: the peer did not finish what it began to say of its handshake"
			       : "silent: the peer said nothing to this end's token: it hangs, or waits for "
				 "something (a KDC, a name service)";
	if (wire->phase == WIRE_HANDSHAKE && wire->context == GSS_C_NO_CONTEXT && !wire->stepping &&
	    (wire->left || tap_wire_was_waited_for(wire)))
		return wire->left
			       ? "the peer went away after its greeting: it refused, has no credential, or "
				 "was closed"
			       : "silent: the peer said nothing after its greeting: it has no credential, or "
				 "both ends are servers";
	if (wire->phase == WIRE_GREETING && !wire->left && !wire->proxied && !wire->own_way &&
	    tap_wire_was_waited_for(wire))
		return !wire->peer_count ? "silent: the peer sent no greeting: it is no ZeroMQ, or hangs"
		       : wire->peer_count < MECHANISM_END
			       ? "silent: the peer sent a part of a greeting, and not which mechanism it "
				 "has: it "
				 "is no ZeroMQ, hangs, or waits for this end to say its mechanism first"
			       : "silent: the peer did not send the rest of its greeting";
	/* Who has nothing to hold back sends the rest when he has as much of ours, unless he only looks. */
	if (wire->phase == WIRE_GREETING && wire->left && wire->server && wire->peer_count == HELD_AT &&
	    tap_wire_was_waited_for(wire))
		return "silent: the peer waited for this end to say its mechanism first: both ends are "
		       "servers";
	/* A libzmq without security that gets all of a greeting at once closes before it has sent its own. */
	if (wire->phase == WIRE_GREETING && wire->left && wire->peer_count &&
	    wire->peer_count < MECHANISM_END && wire->own_sent >= MECHANISM_END && !wire->marked)
		return "one-sided: this end is secured by GSSAPI, and the peer went away when it saw that: "
		       "it is not under gsstap yet, no rule of its policy injects there, or it was closed";
	return NULL;
}

/* A context that was established makes no connection: the peer may refuse whom it has authenticated. */
static const char *without_ready(const struct wire *wire)
{
	bool unanswered = wire->server && !wire->answered;

	if (wire->phase != WIRE_HANDSHAKE || !wire->established)
		return NULL;
	if (wire->left && unanswered)
		return "the peer went away without an answer to this end's last token: it did not take it, "
		       "or was closed";
	if (wire->left)
		return "the peer went away after the handshake, without its READY: it does not let this end "
		       "in, or was closed";
	if (!tap_wire_was_waited_for(wire))
		return NULL;
	return unanswered ? "silent: the peer did not answer this end's last token"
			  : "silent: the peer did not send its READY";
}

/* libzmq says nothing of a READY that it does not take. */
static bool is_not_taken(const struct wire *wire)
{
	return wire->phase == WIRE_DATA && wire->made && !wire->left && !wire->why &&
	       tr_now() - wire->made < MOMENT_NS;
}

void tap_wire_tell_closing(struct wire *wire)
{
	const char *reason = silent_failure(wire);

	if (is_not_taken(wire))
		wire->why = "libzmq ended it right after READY, before a message: it takes no peer of that "
			    "socket type, or the program closed the socket";
	if (!reason && wire->stepping && wire->established)
		tell(wire, TR_OUTCOME_ABANDONED, "it ended while the program's ZAP handler was asked");
	else if (!reason)
		reason = without_ready(wire);
	if (wire->unsecured)
		tap_wire_tell_unsecured(wire, NULL);
	if (reason)
		tell(wire, TR_OUTCOME_FAILED, reason);
}

void tap_wire_tell_unsecured(struct wire *wire, const char *why)
{
	uint64_t since = wire->unsecured;
	struct tr_draft *d = tr_begin(TR_E_unsecured);

	wire->unsecured = since ? 0 : tr_now();
	if (!d)
		return;
	tr_put_u32(d, TR_F_ROLE, wire->server ? TR_ROLE_SERVER : TR_ROLE_CLIENT);
	tap_wire_put_ends(d, wire);
	tr_put_u32(d, TR_F_MECHANISM, 0);
	if (why) {
		tr_put_text(d, TR_F_REASON, why);
		d->comment = why;
	}
	if (since) {
		tr_put_u64(d, TR_F_AGE, tr_now() - since);
		tr_put_u64(d, TR_F_SENT_BYTES, wire->sent);
		tr_put_u64(d, TR_F_RECEIVED_BYTES, wire->received);
	}
	tr_commit(d);
}

/* Nobody was there yet: what is only being connected has no end. */
static bool is_begun(const struct wire *wire)
{
	return !wire->own_way &&
	       (wire->phase == WIRE_HANDSHAKE || (wire->phase == WIRE_GREETING && wire->peer_count));
}

void tap_wires_end(enum tap_end end)
{
	struct wire *wire;
	bool passed_over;

	for (int fd = 0; (wire = tap_wire_next(&fd, &passed_over)); tap_wire_leave(wire)) {
		if (wire->unsecured)
			tap_wire_tell_unsecured(wire, NULL);
		if (wire->phase == WIRE_DATA)
			tap_wire_gss_ends(wire, end);
		else if (is_begun(wire))
			tell(wire, TR_OUTCOME_ABANDONED,
			     end == TAP_END_EXEC ? "the process executed another program before the "
						   "connection was secured"
						 : "the process ended before the connection was secured");
	}
}
