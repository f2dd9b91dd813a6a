/* SPDX-License-Identifier: MIT */
/*
 * Whose fault it is that a handshake comes to nothing. Counted is what the peer has said, and was told no:
 * not what this end lacks (a key, memory, an answer of the program's), nor who only goes away.
 */
#include "shim/wire/connection.h"

#include "shim/auth/brake.h"

const char *tap_wire_blame(const struct wire *wire, const char *reason)
{
	if (wire->server && wire->from[0] && !wire->through)
		tap_brake_count(wire->from, wire->user, reason);
	return reason;
}
