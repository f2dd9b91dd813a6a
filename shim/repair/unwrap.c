/* SPDX-License-Identifier: MIT */
/*
 * abort (facts Z4, Z17, Z18, Z15): what libzmq gets from gss_unwrap. It asserts that every message was
 * encrypted and is not empty, and answers a PING that is too short from memory that is not the message's.
 * Such a message ends its connection, not the process.
 *
 * Where the handshake is over the message is given out as a heartbeat's answer, which libzmq takes and
 * forgets, while the connection under it is reset: for libzmq that is a lost connection, to be made again,
 * and not a protocol error, after which a client never comes back.
 */
#include "shim/gss/drop.h"
#include "shim/gss/guest.h"
#include "shim/repair/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A PING: flags byte with the command bit, name length and name, two bytes of time to live. */
static bool short_ping(const gss_buffer_desc *plain)
{
	const uint8_t *bytes = plain->value;

	return plain->length >= 6 && bytes[0] & 2 && !memcmp(bytes + 1, "\4PING", 5) && plain->length < 8;
}

static const char *fault(OM_uint32 major, const gss_buffer_desc *plain, const int *conf_state)
{
	/* A repeated message is no error to GSSAPI (GSS_S_DUPLICATE_TOKEN); to libzmq all but GSS_S_COMPLETE
	 * is. */
	if (major != GSS_S_COMPLETE)
		return "a message that cannot be unwrapped: tampered with, repeated, out of order, or no "
		       "message";
	if (conf_state && !*conf_state)
		return "a message that is not encrypted";
	if (!plain->length)
		return "an empty message";
	return short_ping(plain) ? "a PING that is too short" : NULL;
}

static bool give_pong(gss_buffer_t output)
{
	static const char pong[] = "\2\4PONG";

	output->value = malloc(sizeof(pong) - 1);
	if (!output->value)
		return false;
	output->length = sizeof(pong) - 1;
	memcpy(output->value, pong, output->length);
	return true;
}

bool tap_unwrap_too_late(gss_ctx_id_t context, gss_buffer_t output, int *conf_state)
{
	int connection = -1;
	uint64_t count;

	if (!tap_line_doomed(tap_line_now()) || !tap_context_tie(context, false, &connection, &count) ||
	    !count || connection != tap_line_now() || !give_pong(output))
		return false;
	if (conf_state)
		*conf_state = 1;
	return true;
}

OM_uint32 tap_unwrap_repaired(const struct tap_scope *scope, OM_uint32 major, gss_ctx_id_t context,
			      gss_buffer_t output, int *conf_state)
{
	const char *reason = fault(major, output, conf_state);
	const struct tap_tie *tie;
	uint64_t count = 0; /* the first message is READY: the handshake is over */
	int connection = -1, saved = errno;

	if (!reason)
		return major;
	tap_drop_token(scope, output); /* libzmq releases it after a failure, too */
	tie = tap_context_tie(context, false, &connection, &count);
	tap_repair_event("abort", tie, NULL, reason);
	errno = saved;
	if (!tie || !count || !tap_repairs(POL_REPAIR_HANDSHAKE) || !give_pong(output))
		return GSS_S_BAD_SIG;
	tap_line_doom(connection);
	if (conf_state)
		*conf_state = 1;
	return GSS_S_COMPLETE;
}
