/* SPDX-License-Identifier: MIT */
/*
 * Greetings (rfc.zeromq.org/spec/23): 64 bytes each way, byte 10 the major version, 12 to 31 the mechanism.
 * Outwards NULL becomes GSSAPI, inwards GSSAPI becomes NULL, and which of the two it is to be is decided
 * here.
 *
 * A stock peer sends its mechanism once it has 11 bytes of ours, so one side can hold the rest back until it
 * knows what the other offers. A server always does: a peer without security then sees a lost connection,
 * which it tries again, and not a protocol error, after which it never would. A client does where its rule
 * lets it go without. Two that both hold back would wait for each other, so such a client marks the
 * signature's padding, which stock libzmq does not look at; a server that sees the mark has GSSAPI to offer.
 * So does a server that nobody gets through to without security: where it ends before it has said its
 * mechanism, its client knows that it has one.
 */
#include "shim/wire/address.h"
#include "shim/wire/unseen.h"
#include "shim/wire/zap.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define SIGNATURE_END 10u
#define VERSION 10u
#define PART_MOST 65536u
#define MARK_LENGTH 6u /* libzmq has a length in the rest, for a peer before version 3 */

static const uint8_t null_mechanism[MECHANISM_END - MECHANISM] = "NULL";
static const uint8_t gssapi_mechanism[MECHANISM_END - MECHANISM] = "GSSAPI";

static const char *mark_of(bool server)
{
	return server ? "gssrvr" : "gsstap";
}

static bool offers(const uint8_t *greeting, const uint8_t *mechanism)
{
	return !memcmp(greeting + MECHANISM, mechanism, sizeof(null_mechanism));
}

static bool is_signature(const uint8_t *greeting, unsigned count)
{
	return greeting[0] == 0xff && (count < SIGNATURE_END || greeting[9] & 1);
}

/* Before version 3 the padding is a length, so only where such a peer is turned away in any case. */
static bool is_to_be_marked(const struct wire *wire)
{
	return wire->server ? !wire->tie->decides && !wire->tie->unseen && !wire->guessed
			    : wire->tie->decides;
}

/* As far as it may go out by now. */
static bool send_own(struct wire *wire)
{
	unsigned allowed = wire->choice == WIRE_UNDECIDED ? HELD_AT : GREETING, n;
	uint8_t greeting[GREETING];

	n = wire->own_count < allowed ? wire->own_count : allowed;
	/* The mechanism goes out as a whole, since it is one of two. */
	if (n > MECHANISM && wire->own_count < MECHANISM_END)
		n = MECHANISM;
	if (n <= wire->own_sent)
		return true;
	memcpy(greeting, wire->own, GREETING);
	if (is_to_be_marked(wire))
		memcpy(greeting + 1, mark_of(wire->server), MARK_LENGTH);
	if (n >= MECHANISM_END && wire->choice == WIRE_GSSAPI)
		memcpy(greeting + MECHANISM, gssapi_mechanism, sizeof(gssapi_mechanism));
	if (!tap_wire_put(&wire->out, greeting + wire->own_sent, n - wire->own_sent))
		return false;
	wire->own_sent = n;
	return tap_wire_push(wire);
}

static bool go_clear(struct wire *wire, const char *why)
{
	wire->choice = WIRE_NULL;
	tap_wire_through(wire);
	if (!send_own(wire))
		return false;
	if (why)
		wire->phase = WIRE_CLEAR; /* of a greeting that is too old libzmq does not send the rest */
	tap_wire_tell_made(wire, NULL, 0);
	tap_wire_tell_unsecured(wire, why);
	return true;
}

/* What libzmq has said after its greeting, before both were through, goes with the rest. */
static bool settle(struct wire *wire)
{
	if (wire->choice == WIRE_UNDECIDED || wire->own_sent < GREETING || wire->phase != WIRE_GREETING)
		return true;
	if (wire->choice == WIRE_NULL) {
		wire->phase = WIRE_CLEAR;
		if (!tap_wire_put(&wire->out, wire_front(&wire->part), wire_left(&wire->part)))
			return false;
		wire->sent += wire_left(&wire->part);
		tap_wire_drop(&wire->part);
		return tap_wire_push(wire);
	}
	if (wire->peer_count == GREETING)
		tap_wire_handshake_begin(wire);
	return true;
}

/* Where the socket's calls are not seen it shows only here what security it has of its own. */
static bool goes_as_it_is(struct wire *wire)
{
	if (!wire->tie->unseen && !wire->guessed)
		return false;
	/* Or it is another one than that which is secured, at the same path: it was judged by its call. */
	if (wire->tie->unseen && !tap_unseen_allows(wire, wire->own + MECHANISM)) {
		tap_wire_reset(wire);
		return false;
	}
	wire->own_way = true;
	wire->choice = WIRE_NULL;
	return true;
}

/* --- what libzmq sends */

ssize_t tap_wire_greeting_send(struct wire *wire, const uint8_t *bytes, size_t count)
{
	size_t take = GREETING - wire->own_count;

	/* libzmq asks a SOCKS proxy for the connection first (RFC 1928: 5). */
	if (!wire->own_count && !wire->server && bytes[0] == 5)
		wire->proxied = true;
	/* CONNECT, as the last of what it is asked. */
	wire->asked |= wire->proxied && count > 3 && bytes[0] == 5 && bytes[1] == 1 && !bytes[2];
	if (wire->proxied && (count < SIGNATURE_END || bytes[0] != 0xff || bytes[9] != 0x7f))
		return send(wire->fd, bytes, count, MSG_NOSIGNAL);
	wire->proxied = false;
	if (!take && wire_left(&wire->part) > PART_MOST)
		return tap_wire_fail(wire, "libzmq says more than is due before the handshake");
	if (!take) {
		if (!tap_wire_put(&wire->part, bytes, count))
			return tap_wire_fail(wire, "there is no memory");
		return (ssize_t)count;
	}
	if (take > count)
		take = count;
	memcpy(wire->own + wire->own_count, bytes, take);
	wire->own_count += (unsigned)take;
	if (!is_signature(wire->own, wire->own_count))
		return tap_wire_fail(wire, "this socket speaks no ZMTP, and cannot be secured");
	if (wire->own_count >= MECHANISM_END && !wire->own_way && !offers(wire->own, null_mechanism) &&
	    !goes_as_it_is(wire))
		return wire->phase == WIRE_DEAD
			       ? tap_wire_reset(wire)
			       : tap_wire_fail(wire, "this socket has a mechanism of its own");
	if (!send_own(wire) || !settle(wire))
		return tap_wire_fail(wire, "the greeting could not be sent");
	return (ssize_t)take;
}

/* --- what the peer sends */

static bool is_old(const struct wire *wire)
{
	return !is_signature(wire->peer, wire->peer_count) ||
	       (wire->peer_count > VERSION && wire->peer[VERSION] < 3);
}

/* The specification's letters, and the small ones, which it does not know. */
static bool is_of_a_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_' || c == '.' || c == '+';
}

static const char *one_sided(struct wire *wire, char *room, size_t size)
{
	char name[21] = {0};

	memcpy(name, wire->peer + MECHANISM, 20);
	for (char *c = name; *c; c++)
		if (!is_of_a_name(*c))
			*c = '?';
	tap_copy(room, size, "one-sided: this end is secured by GSSAPI, the peer offers ");
	tap_append(room, size, name);
	tap_append(room, size, ": it is not under gsstap yet, or no rule of its policy injects there");
	wire->mismatched = wire->tie->binds;
	return tap_wire_blame(wire, room);
}

/* As far as the peer's greeting is known: what it is to be. NULL, or why the connection cannot be. */
static const char *decide(struct wire *wire, char *room, size_t size)
{
	bool decides = wire->tie->decides && wire->choice == WIRE_UNDECIDED;

	if (wire->choice == WIRE_NULL)
		return NULL;
	if (is_old(wire)) {
		if (decides && tap_wire_why_not(wire, NULL, room, size))
			return room;
		if (decides && go_clear(wire, "the peer speaks ZMTP 1 or 2, which have no security"))
			return NULL;
		return tap_wire_blame(wire,
				      "the peer speaks no ZMTP 3: it is too old for security, or no ZeroMQ");
	}
	if (!wire->marked && wire->peer_count >= SIGNATURE_END)
		wire->marked = !memcmp(wire->peer + 1, mark_of(!wire->server), MARK_LENGTH);
	if (wire->choice == WIRE_UNDECIDED && wire->marked)
		wire->choice = WIRE_GSSAPI;
	if (wire->peer_count < MECHANISM_END)
		return NULL;
	if (offers(wire->peer, gssapi_mechanism)) {
		wire->choice = WIRE_GSSAPI;
		return NULL;
	}
	decides = decides && wire->choice == WIRE_UNDECIDED && offers(wire->peer, null_mechanism);
	if (decides && tap_wire_why_not(wire, NULL, room, size))
		return room;
	if (decides)
		return go_clear(wire, NULL) ? NULL : "the greeting could not be sent";
	return one_sided(wire, room, size);
}

/* What libzmq has not seen yet, as it is to see it. */
static ssize_t give(struct wire *wire, uint8_t *bytes)
{
	unsigned from = wire->peer_given, to = wire->peer_count;

	/* Half a mechanism is none: libzmq waits for all of it anyway. */
	if (to > MECHANISM && to < MECHANISM_END && wire->choice != WIRE_NULL)
		to = MECHANISM;
	if (to <= from) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(bytes, wire->peer + from, to - from);
	for (unsigned at = from; wire->choice == WIRE_GSSAPI && at < to; at++)
		if (at >= MECHANISM && at < MECHANISM_END)
			bytes[at - from] = null_mechanism[at - MECHANISM];
	wire->peer_given = to;
	return (ssize_t)(to - from);
}

/*
 * Who accepts tells its socket's monitor what libzmq tells it where mechanisms differ. It is shown one that
 * is not its own in what is left of the greeting, and nothing after it; the connection is over. Who connects
 * is not, since its libzmq would not come again.
 */
static ssize_t give_mismatch(struct wire *wire, uint8_t *bytes, size_t count)
{
	memset(wire->peer + MECHANISM, 0, sizeof(wire->peer) - MECHANISM);
	memcpy(wire->peer + MECHANISM, gssapi_mechanism, sizeof(gssapi_mechanism));
	if (!tap_wire_put(&wire->plain, wire->peer + wire->peer_given, GREETING - wire->peer_given))
		return tap_wire_reset(wire);
	return tap_wire_give(wire, bytes, count);
}

/*
 * What a SOCKS proxy says (RFC 1928), to the end of its answer and no further: what follows is the peer's
 * greeting, which libzmq may ask for before it has sent its own.
 */
static ssize_t recv_proxy(struct wire *wire, uint8_t *bytes, size_t count)
{
	unsigned have = wire->answered_bytes, whole = sizeof(wire->answer);
	ssize_t n;

	if (!wire->asked)
		return recv(wire->fd, bytes, count, 0);
	if (have >= sizeof(wire->answer))
		whole = wire->answer[3] == 3 ? 7u + wire->answer[4] : wire->answer[3] == 4 ? 22u : 10u;
	n = recv(wire->fd, bytes, count < whole - have ? count : whole - have, 0);
	if (n <= 0)
		return n;
	for (ssize_t i = 0; i < n && have + (unsigned)i < sizeof(wire->answer); i++)
		wire->answer[have + (unsigned)i] = bytes[i];
	wire->answered_bytes += (unsigned)n;
	wire->proxied = wire->answered_bytes <= sizeof(wire->answer) || wire->answered_bytes < whole;
	return n;
}

ssize_t tap_wire_greeting_recv(struct wire *wire, uint8_t *bytes, size_t count)
{
	unsigned want = GREETING - wire->peer_count, unseen = wire->peer_count - wire->peer_given;
	const char *reason;
	char room[200];
	ssize_t n;

	if (wire->proxied)
		return recv_proxy(wire, bytes, count);
	/* Which socket this is libzmq's mechanism says, for which it needs no more of the peer's. */
	if (wire->guessed && wire->own_count < MECHANISM_END)
		want = wire->peer_count < MECHANISM ? MECHANISM - wire->peer_count : 0;
	if (count <= unseen || !want) { /* libzmq takes what is left of a greeting at once, and no less */
		errno = EAGAIN;
		return -1;
	}
	if (want > count - unseen)
		want = (unsigned)(count - unseen);
	/* What the peer offers is not judged before it is known whether this end has a mechanism of its own,
	 * which libzmq says as soon as it has seen the version. */
	if (wire->tie->unseen && wire->own_count < MECHANISM_END) {
		if (wire->peer_count >= MECHANISM) {
			errno = EAGAIN;
			return -1;
		}
		if (want > MECHANISM - wire->peer_count)
			want = MECHANISM - wire->peer_count;
	}
	n = recv(wire->fd, wire->peer + wire->peer_count, want, MSG_DONTWAIT);
	if (n <= 0)
		return n;
	if (!wire->peer_count)
		tap_address_peer(wire->fd, wire->other, sizeof(wire->other));
	wire->peer_count += (unsigned)n;
	reason = decide(wire, room, sizeof(room));
	if (reason) {
		tap_wire_fail(wire, reason);
		return wire->mismatched ? give_mismatch(wire, bytes, count) : -1;
	}
	if (!send_own(wire))
		return tap_wire_fail(wire, "the greeting could not be sent");
	n = give(wire, bytes);
	if (n > 0 && !settle(wire))
		return tap_wire_fail(wire, "there is no memory");
	return n;
}
