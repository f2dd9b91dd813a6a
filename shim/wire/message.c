/* SPDX-License-Identifier: MIT */
/*
 * One message, wrapped and unwrapped: by GSSAPI's library, or sealed here in place, where the context is one
 * for that. What the context has carried is counted either way, for its event.
 */
#include "shim/wire/connection.h"

#include "shim/gss/kept.h"

#include <string.h>

static bool wrap(struct wire *wire, uint8_t wire_flags, uint8_t inner, const uint8_t *body, size_t count)
{
	gss_buffer_desc token;
	uint8_t small[4096], *plain = small;
	struct wire_buffer room = {0};
	bool made;

	if (count + 1 > sizeof(small)) {
		if (!tap_wire_room(&room, count + 1))
			return false;
		plain = room.bytes;
	}
	plain[0] = inner;
	memcpy(plain + 1, body, count);
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
static bool seal(struct wire *wire, uint8_t wire_flags, uint8_t inner, const uint8_t *body, size_t count)
{
	struct wire_buffer *out = &wire->out;
	size_t before = wire_left(out), length = count + 1 + tap_seal_overhead(&wire->seal);
	uint8_t *token;

	if (!tap_frame_put_message(out, wire_flags, length))
		return false;
	token = out->bytes + out->end;
	token[SEAL_HEAD] = inner;
	memcpy(token + SEAL_HEAD + 1, body, count);
	if (tap_seal_wrap(&wire->seal, token, count + 1) != length) {
		out->end = out->at + before;
		return false;
	}
	out->end += length;
	if (wire->kept)
		tap_kept_count(wire->kept, true, count + 1);
	return true;
}

bool tap_wire_wrap(struct wire *wire, uint8_t wire_flags, uint8_t inner, const uint8_t *body, size_t count)
{
	return wire->sealed ? seal(wire, wire_flags, inner, body, count)
			    : wrap(wire, wire_flags, inner, body, count);
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
