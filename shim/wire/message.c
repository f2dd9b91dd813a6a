/* SPDX-License-Identifier: MIT */
/*
 * One message, wrapped and unwrapped: by GSSAPI's library, or sealed here in place, where the context is one
 * for that. What the context has carried is counted either way, for its event.
 */
#include "shim/wire/connection.h"

#include "shim/gss/kept.h"

#include <string.h>

static void lay(uint8_t *place, uint8_t inner, const struct wire_body *body)
{
	place[0] = inner;
	if (body->count)
		memcpy(place + 1, body->bytes, body->count);
	if (body->more_count)
		memcpy(place + 1 + body->count, body->more, body->more_count);
}

static bool wrap(struct wire *wire, uint8_t wire_flags, uint8_t inner, const struct wire_body *body)
{
	size_t count = body->count + body->more_count;
	gss_buffer_desc token;
	uint8_t small[4096], *plain = small;
	struct wire_buffer room = {0};
	bool made;

	if (count + 1 > sizeof(small)) {
		if (!tap_wire_room(&room, count + 1))
			return false;
		plain = room.bytes;
	}
	lay(plain, inner, body);
	made = tap_wire_gss_wrap(wire, plain, count + 1, &token);
	tap_wire_drop(&room);
	if (!made)
		return false;
	made = tap_frame_put_message(&wire->out, wire_flags, token.length) &&
	       tap_wire_put(&wire->out, token.value, token.length);
	tap_wire_gss_release(&token);
	return made;
}

/* Where the token is to lie its plaintext is laid. */
static bool seal(struct wire *wire, uint8_t wire_flags, uint8_t inner, const struct wire_body *body)
{
	struct wire_buffer *out = &wire->out;
	size_t before = wire_left(out), count = body->count + body->more_count;
	size_t length = count + 1 + tap_seal_overhead(&wire->seal);
	uint8_t *token;

	if (!tap_frame_put_message(out, wire_flags, length))
		return false;
	token = out->bytes + out->end;
	lay(token + SEAL_HEAD, inner, body);
	if (tap_seal_wrap(&wire->seal, token, count + 1) != length) {
		out->end = out->at + before;
		return false;
	}
	out->end += length;
	if (wire->kept)
		tap_kept_count(wire->kept, true, count + 1);
	return true;
}

bool tap_wire_wrap(struct wire *wire, uint8_t wire_flags, uint8_t inner, const struct wire_body *body)
{
	return wire->sealed ? seal(wire, wire_flags, inner, body) : wrap(wire, wire_flags, inner, body);
}

bool tap_wire_unwrap(struct wire *wire, uint8_t *token, size_t count, gss_buffer_t plain)
{
	uint8_t *bytes;
	size_t length;

	if (!wire->sealed)
		return tap_wire_gss_unwrap(wire, token, count, plain);
	/* Nor is one that is repeated, late or behind a gap, though GSSAPI calls that no error. */
	if (tap_seal_unwrap(&wire->seal, token, count, &bytes, &length) != GSS_S_COMPLETE || !length)
		return false;
	*plain = (gss_buffer_desc){length, bytes};
	if (wire->kept)
		tap_kept_count(wire->kept, false, length);
	return true;
}

void tap_wire_unwrapped(const struct wire *wire, gss_buffer_t plain)
{
	if (!wire->sealed)
		tap_wire_gss_release(plain);
}
