/* SPDX-License-Identifier: MIT */
/*
 * The handshake of ZMTP's GSSAPI mechanism (rfc.zeromq.org/spec/38) as libzmq speaks it:
 *
 *   client   INITIATE with the first token      a thread of the pool makes it
 *   server   INITIATE with the answer           ... and this one
 *   client   an empty command                   where the answer needs no answer
 *   server   MESSAGE with its READY, wrapped    libzmq's own, which was kept until now
 *   client   MESSAGE with its READY, wrapped
 *
 * libzmq knows nothing of it: it sent its READY when the greetings were through, and waits for the peer's.
 */
#include "shim/core/filter.h"
#include "shim/wire/connection.h"
#include "shim/zmq/zmq.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define FRAME_MOST (256u << 10) /* of a handshake: tickets with many groups are some 64 kB */
#define STEP (16u << 10)	/* grows with what came, not with what was claimed */

void tap_wire_handshake_begin(struct wire *wire)
{
	wire->phase = WIRE_HANDSHAKE;
	if (tap_is_death(TAP_DEATH_HANDSHAKE)) {
		tap_wire_fail(wire, TAP_NO_HANDSHAKE);
		return;
	}
	if (!wire->server && !tap_wire_step(wire))
		tap_wire_fail(wire, "there is no thread to make the first token");
}

/* libzmq's READY, if it has said it yet. */
static bool send_ready(struct wire *wire)
{
	struct wire_buffer *part = &wire->part;
	struct frame frame = tap_frame_read(wire_front(part), wire_left(part));
	struct wire_body body;

	if (!frame.head || wire_left(part) - frame.head < frame.body)
		return true;
	body = (struct wire_body){.bytes = wire_front(part) + frame.head, .count = frame.body};
	if (!tap_wire_wrap(wire, FRAME_COMMAND, tap_frame_inner(frame.flags), &body))
		return false;
	tap_wire_note_ready(wire, wire_front(part) + frame.head, frame.body);
	part->at += frame.head + frame.body;
	tap_wire_rest(part);
	wire->ready = true;
	return tap_wire_push(wire);
}

static const char *take_initiate(struct wire *wire, const uint8_t *token, size_t length)
{
	if (wire->established)
		return tap_wire_blame(wire, "the peer sends a token after the last one");
	tap_wire_drop(&wire->token);
	if (!tap_wire_put(&wire->token, token, length) || !tap_wire_step(wire))
		return "there is no memory, or no thread, for the next token";
	return NULL;
}

/* libzmq gets it as it would without us: it tells the socket's monitor, and comes no more. */
static const char *take_error(struct wire *wire, const uint8_t *body, size_t count)
{
	if (!tap_frame_put(&wire->plain, FRAME_COMMAND, count) || !tap_wire_put(&wire->plain, body, count))
		return "there is no memory";
	tap_wire_tell_failed(wire, "the peer's program does not let this end in: its ZAP handler denies it");
	tap_wire_denied(wire);
	return NULL;
}

/*
 * What a SUB says of its topics is a message with a byte before the topic in ZMTP 3.0, a command in 3.1.
 * libzmq makes both when it writes frames, where its own GSSAPI is through with it: of 4.3.3 and later only
 * the topic is left. Its READY is not marked as a command either, unlike that of a libzmq below us.
 */
static bool leaves_out(const struct wire *wire, uint8_t ready)
{
	return !(ready & INNER_COMMAND) && wire->peer[MINOR];
}

static bool is_within(const struct wire *wire, size_t count)
{
	return wire->tie->largest < 0 || count <= (uint64_t)wire->tie->largest;
}

/* Of two User-Ids the ZAP handler's counts, and libzmq's was asked: it is empty. */
static const char *again_of(const struct wire *wire)
{
	return wire->tie->zap.passes ? tap_sender_property() : NULL;
}

static size_t user_grows(const struct wire *wire, const char *user)
{
	const char *again = again_of(wire);

	return strlen(user) + 12 + (again ? strlen(user) + 5 + strlen(again) : 0);
}

/*
 * Who the peer is, as libzmq is to know it; NULL: it does not. Where the rule lets a connection go without,
 * libzmq's own limit holds, and a peer may be nobody anyway.
 */
static const char *user_of(const struct wire *wire, size_t ready)
{
	const char *user = wire_left(&wire->called) ? (const char *)wire_front(&wire->called) : wire->user;

	if (!user[0] && user == wire->user)
		return NULL;
	return wire->tie->decides && !is_within(wire, ready + user_grows(wire, user)) ? NULL : user;
}

/* The peer's READY: after it come messages. */
static const char *take_ready(struct wire *wire, const uint8_t *token, size_t length)
{
	gss_buffer_desc plain;
	const uint8_t *ready;
	const char *reason;
	bool good, sent;

	if (!tap_wire_gss_unwrap(wire, token, length, &plain))
		return tap_wire_blame(
			wire, "the peer's READY cannot be unwrapped: it is damaged, or not encrypted");
	/* Stock libzmq does not mark it as a command. */
	ready = (const uint8_t *)plain.value + 1;
	if (!wire->server && tap_frame_is_error(ready, plain.length - 1)) {
		reason = take_error(wire, ready, plain.length - 1);
		tap_wire_gss_release(&plain);
		return reason;
	}
	if (!is_within(wire, plain.length - 1)) {
		tap_wire_gss_release(&plain);
		return tap_wire_blame(wire,
				      "the peer's READY is larger than the program takes (ZMQ_MAXMSGSIZE)");
	}
	good = tap_frame_ready(&wire->plain, ready, plain.length - 1, user_of(wire, plain.length - 1),
			       again_of(wire), &wire->granted, &wire->subscriber);
	wire->subscriber = wire->subscriber && leaves_out(wire, ready[-1]);
	sent = good && (wire->server || send_ready(wire));
	if (sent)
		tap_wire_tell_made(wire, ready, plain.length - 1);
	tap_wire_gss_release(&plain);
	if (!good)
		return tap_wire_blame(wire, "the peer's READY is malformed");
	if (!sent)
		return "READY could not be sent";
	wire->phase = WIRE_DATA;
	wire->made = tr_now();
	tap_wire_through(wire);
	tap_wire_drop(&wire->granted);
	tap_wire_drop(&wire->called);
	tap_wire_early_over(wire);
	/* Where calls are recorded each message is one. */
	if (tr_level < TR_LEVEL_CALLS && TAP_POLICY(pol_accelerates))
		tap_wire_gss_seal(wire);
	tap_wire_goes_on(wire);
	return NULL;
}

/* A whole frame has come. NULL, or why the connection ends. */
static const char *take(struct wire *wire, const uint8_t *body, size_t count)
{
	const uint8_t *token;
	size_t length;

	if (tap_frame_initiate(body, count, &token, &length))
		return take_initiate(wire, token, length);
	if (!wire->established)
		return tap_wire_blame(wire, "the peer sends something else than a token");
	if (tap_frame_in_clear(body, count))
		return tap_wire_blame(wire, "in clear: the peer sends its READY as it is, and not encrypted");
	if (wire->server && !wire->answered) { /* stock libzmq: an empty command */
		wire->answered = true;
		return send_ready(wire) ? NULL : "READY could not be sent";
	}
	if ((wire->server && !wire->ready) || !tap_frame_message(body, count, &token, &length))
		return tap_wire_blame(wire, "the peer sends no READY where it is due");
	return take_ready(wire, token, length);
}

/* While a step is made nothing is due from the peer: who sends a first token is a client, as this end is. */
static ssize_t nothing_due(struct wire *wire)
{
	uint8_t bytes[FRAME_HEAD + INITIATE_HEAD];
	ssize_t n = recv(wire->fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);

	if (n <= 0)
		return n;
	return tap_wire_fail(
		wire,
		tap_wire_blame(
			wire,
			!wire->server && !wire->in.end && tap_frame_initiates(bytes, (size_t)n)
				? "same roles: the peer sends a first token of its own, as a client does"
				: "the peer speaks out of turn"));
}

/* The peer's READY is due, and libzmq, to which it goes with more than it came with, cannot take it at once.
 */
static bool is_large_ready(const struct wire *wire, struct frame frame, size_t count)
{
	return frame.head && wire->established && (!wire->server || wire->ready) &&
	       frame.head + frame.body + WIRE_GROWS > count;
}

ssize_t tap_wire_handshake_recv(struct wire *wire, uint8_t *bytes, size_t count)
{
	struct wire_buffer *in = &wire->in;
	struct frame frame;
	size_t want, have;
	bool keep;
	const char *reason;
	ssize_t n;

	for (;;) {
		if (wire_left(&wire->plain))
			return tap_wire_give(wire, bytes, count);
		if (wire->phase == WIRE_DATA)
			return tap_wire_data_recv(wire, bytes, count);
		if (wire->stepping)
			return nothing_due(wire);
		have = wire_left(in);
		frame = tap_frame_read(wire_front(in), have);
		if (frame.head && frame.body > FRAME_MOST)
			return tap_wire_fail(wire,
					     tap_wire_blame(wire, "a frame of the handshake is too large"));
		if (frame.head && have - frame.head >= frame.body) {
			const uint8_t *body = wire_front(in) + frame.head;

			in->at += frame.head + frame.body;
			reason = take(wire, body, frame.body);
			if (reason)
				return tap_wire_fail(wire, reason);
			tap_wire_rest(in); /* after READY nothing may come for long */
			if (wire->phase == WIRE_DEAD)
				return tap_wire_reset(wire);
			continue;
		}
		/* No byte beyond this frame: what follows READY is for tap_wire_data_recv. */
		want = frame.head ? frame.head + frame.body - have : have < 2 ? 2 - have : FRAME_HEAD - have;
		want = want < STEP ? want : STEP;
		if (!tap_wire_room(in, want))
			return tap_wire_fail(wire, "there is no memory");
		/* As of any frame that is larger than libzmq's room (data.c): its last byte stays there, and
		 * with it the poller's interest, until libzmq has taken all. */
		keep = is_large_ready(wire, frame, count);
		n = recv(wire->fd, in->bytes + in->end, keep && want > 1 ? want - 1 : want,
			 keep && want == 1 ? MSG_PEEK | MSG_DONTWAIT : MSG_DONTWAIT);
		if (n <= 0) {
			tap_wire_rest(in);
			return n;
		}
		wire->held = keep && want == 1;
		in->end += (size_t)n;
		reason = tap_wire_take_early(wire, (size_t)n);
		if (reason)
			return tap_wire_fail(wire, reason);
	}
}

ssize_t tap_wire_handshake_send(struct wire *wire, const uint8_t *bytes, size_t count)
{
	if (!tap_wire_put(&wire->part, bytes, count))
		return tap_wire_fail(wire, "there is no memory");
	if (wire->answered && !wire->ready && !send_ready(wire))
		return tap_wire_fail(wire, "READY could not be sent");
	return (ssize_t)count;
}
