/* SPDX-License-Identifier: MIT */
/*
 * How often a client comes again whose handshakes come to nothing. libzmq has one interval for this and for a
 * server that is not there yet, begins it anew after each connection that was made, and is a tenth of a
 * second: so it is left as it is, and a try that comes too early after such a handshake does not leave the
 * process.
 */
#include "shim/wire/connection.h"

#include "shim/core/monotonic.h"

#define PACE_NS 500000000u

bool tap_wire_is_too_early(const struct tap_tie *tie)
{
	uint64_t failed = __atomic_load_n(&tie->failed, __ATOMIC_RELAXED);

	return tie->paced && failed && tap_monotonic_ns() - failed < PACE_NS;
}

/* Not where this end closed it while it was at it. */
static bool came_to_nothing(const struct wire *wire)
{
	return !wire->through && !wire->own_way &&
	       (wire->left || wire->phase == WIRE_DEAD || (wire->own_count && tap_wire_was_waited_for(wire)));
}

void tap_wire_pace(const struct wire *wire)
{
	if (wire->tie->paced && came_to_nothing(wire))
		__atomic_store_n(&wire->tie->failed, tap_monotonic_ns(), __ATOMIC_RELAXED);
}
