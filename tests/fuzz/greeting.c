/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a peer's greeting, in pieces of any size, to each kind of end (shim/wire/greeting.c, with what
 * is around it left out). The first byte says which end, the second how the pieces are cut. An end that has
 * to be secured never goes without, and libzmq never sees another mechanism than its own.
 */
#include "shim/core/text.c"
#include "shim/wire/address.c"
#include "shim/wire/greeting.c"

#include <fcntl.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void keep(bool promise)
{
	if (!promise)
		__builtin_trap();
}

/* --- what is left out */

int tap_wire_reset(struct wire *wire)
{
	wire->phase = WIRE_DEAD;
	errno = ECONNRESET;
	return -1;
}

int tap_wire_fail(struct wire *wire, const char *reason)
{
	keep(*reason);
	return tap_wire_reset(wire);
}

const char *tap_wire_blame(const struct wire *wire, const char *reason)
{
	(void)wire;
	keep(*reason);
	return reason;
}

bool tap_wire_push(struct wire *wire)
{
	return wire->phase != WIRE_DEAD;
}

/* Only what a listener shows of a greeting that does not fit is given by it. */
ssize_t tap_wire_give(struct wire *wire, uint8_t *bytes, size_t count)
{
	if (count > wire_left(&wire->plain))
		count = wire_left(&wire->plain);
	keep(count);
	memcpy(bytes, wire_front(&wire->plain), count);
	wire->plain.at += count;
	return (ssize_t)count;
}

void tap_wire_tell_made(const struct wire *wire, const uint8_t *ready, size_t count)
{
	keep(wire->tie->decides && !ready && !count);
}

void tap_wire_through(struct wire *wire)
{
	wire->through = true;
}

void tap_wire_tell_unsecured(struct wire *wire, const char *why)
{
	(void)why;
	keep(wire->tie->decides);
}

void tap_wire_handshake_begin(struct wire *wire)
{
	keep(wire->choice == WIRE_GSSAPI && wire->own_sent == GREETING && wire->peer_count == GREETING);
	wire->phase = WIRE_HANDSHAKE;
}

bool tap_unseen_allows(const struct wire *wire, const uint8_t *mechanism)
{
	(void)wire;
	(void)mechanism;
	return false;
}

/* Nobody is kept out: what an end decides is all that decides. */
const char *tap_wire_why_not(const struct wire *wire, const char *principal, char *reason, size_t size)
{
	keep(wire->tie->decides && !principal && reason && size);
	return NULL;
}

/* --- the two ends */

enum { SERVER = 1, DECIDES = 2 };

static void talk(struct wire *wire, const uint8_t *bytes, size_t size, unsigned step, int peer)
{
	static const uint8_t zmq[GREETING] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, 'N', 'U', 'L', 'L'};
	uint8_t seen[GREETING + 1];
	unsigned sent = 0, n, had = 0;
	ssize_t got = 0;

	while (wire->phase == WIRE_GREETING && (sent < GREETING || size || got > 0)) {
		n = sent + step < GREETING ? step : GREETING - sent;
		if (n && (got = tap_wire_greeting_send(wire, zmq + sent, n)) > 0)
			sent += (unsigned)got;
		n = size < step ? (unsigned)size : step;
		keep(!n || write(peer, bytes, n) == (ssize_t)n);
		bytes += n;
		size -= n;
		if (wire->phase != WIRE_GREETING)
			break;
		got = tap_wire_greeting_recv(wire, seen + had, GREETING - had);
		if (got > 0)
			had += (unsigned)got;
		keep(had <= GREETING);
		if (had >= MECHANISM_END && wire->choice == WIRE_GSSAPI)
			keep(!memcmp(seen + MECHANISM, null_mechanism, sizeof(null_mechanism)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tap_tie tie = {0};
	struct wire wire = {.tie = &tie};
	const uint8_t *out;
	int ends[2];

	if (size < 2 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends))
		return 0;
	wire.fd = ends[0];
	wire.server = data[0] & SERVER;
	tie.decides = data[0] & DECIDES;
	wire.choice = tie.decides || wire.server ? WIRE_UNDECIDED : WIRE_GSSAPI;
	talk(&wire, data + 2, size - 2 < 4096 ? size - 2 : 4096, data[1] % GREETING + 1, ends[1]);
	out = wire_front(&wire.out);
	if (!tie.decides) {
		keep(wire.choice != WIRE_NULL && wire.phase != WIRE_CLEAR);
		if (wire_left(&wire.out) >= MECHANISM_END)
			keep(!memcmp(out + MECHANISM, gssapi_mechanism, sizeof(gssapi_mechanism)));
	}
	if (wire.choice == WIRE_UNDECIDED)
		keep(wire_left(&wire.out) <= HELD_AT);
	tap_wire_drop(&wire.out);
	tap_wire_drop(&wire.part);
	tap_wire_drop(&wire.plain);
	close(ends[0]);
	close(ends[1]);
	return 0;
}
