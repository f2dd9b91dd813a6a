/* SPDX-License-Identifier: MIT */
/*
 * Connections of a libzmq whose calls are not seen, until it is known what they are: see unseen.h. libzmq's
 * sockets do not block, and the first that it sends is the signature of its greeting (FF ... 7F).
 *
 * At an address that a rule secures nothing else is let through. Where the policy denies ZeroMQ in clear,
 * other connections are let go, untouched, and so is a ZeroMQ that has security of its own.
 */
#include "shim/wire/unseen.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define SIGNATURE 0xff
#define SIGNATURE_END 10u
#define VERSION 10u
#define MECHANISM 12u
#define MECHANISM_END 32u

#define NO_ZMTP "this socket speaks no ZMTP, and cannot be secured"

/* From here its bytes pass as they are, and nobody looks at them; it goes when it is left. */
static void let_go(struct wire *wire)
{
	__atomic_store_n(&tap_wire_place(wire->fd)->wire, NULL, __ATOMIC_RELEASE);
	wire->closed = true;
	wire->references--;
}

static bool is_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && !(flags & O_NONBLOCK);
}

/* At an address that a rule secures: true where it may go without. */
static bool is_no_zmtp(struct wire *wire)
{
	if (!wire->tie->decides) {
		tap_wire_fail(wire, NO_ZMTP);
		return false;
	}
	tap_wire_tell_unsecured(wire, "this socket speaks no ZMTP");
	wire->unsecured = 0;
	let_go(wire);
	return true;
}

static bool passes_secured(struct wire *wire, const uint8_t *bytes)
{
	if (is_blocking(wire->fd) || (bytes && !wire->own_count && bytes[0] != SIGNATURE))
		return is_no_zmtp(wire);
	return false;
}

/* What was sent of the greeting by now decides. ZMTP before version 3 has no mechanisms. */
static bool is_denied(const struct wire *wire, bool *decided)
{
	*decided = true;
	if (wire->own_count > VERSION && wire->own[VERSION] < 3)
		return !tap_unseen_allows(wire, (const uint8_t *)"NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	if (wire->own_count >= MECHANISM_END)
		return !tap_unseen_allows(wire, wire->own + MECHANISM);
	*decided = false;
	return false;
}

static bool passes_denied(struct wire *wire, const uint8_t *bytes, size_t count)
{
	size_t take = GREETING - wire->own_count;
	bool decided;

	if (!bytes)
		return true; /* what the peer says decides nothing */
	if (take > count)
		take = count;
	memcpy(wire->own + wire->own_count, bytes, take);
	wire->own_count += (unsigned)take;
	if (wire->own[0] != SIGNATURE || (wire->own_count >= SIGNATURE_END && !(wire->own[9] & 1))) {
		let_go(wire);
		return true;
	}
	if (is_denied(wire, &decided)) {
		tap_wire_reset(wire);
		return false;
	}
	if (decided)
		let_go(wire);
	return true;
}

bool tap_unseen_passes(struct wire *wire, const uint8_t *bytes, size_t count)
{
	if (wire->phase != WIRE_GREETING && wire->phase != WIRE_DEAD)
		return false;
	if (tap_wire_is_stale(wire)) {
		let_go(wire);
		return true;
	}
	if (wire->phase == WIRE_DEAD)
		return false;
	return wire->tie->denied ? passes_denied(wire, bytes, count) : passes_secured(wire, bytes);
}

/* libzmq uses send and recv alone. */
static bool passes_by(struct wire *wire, bool sends)
{
	if (wire->phase == WIRE_CLEAR)
		return true;
	if (tap_wire_is_stale(wire) || (wire->tie->denied && sends && wire->phase == WIRE_GREETING)) {
		let_go(wire);
		return true;
	}
	if (wire->tie->denied && wire->phase == WIRE_GREETING)
		return true;
	if (wire->phase == WIRE_GREETING && !wire->own_count)
		return is_no_zmtp(wire);
	if (wire->phase != WIRE_DEAD)
		tap_wire_fail(wire, "bytes would pass by another call than send and recv");
	return false;
}

bool tap_unseen_passes_other(int fd, bool sends)
{
	struct wire *wire = tap_wire_take(fd);
	bool passes;

	if (!wire)
		return true;
	passes = passes_by(wire, sends);
	tap_wire_leave(wire);
	if (!passes)
		errno = ECONNRESET;
	return passes;
}
