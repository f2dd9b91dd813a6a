/* SPDX-License-Identifier: MIT */
/*
 * What is told of a connection that is made, in one `connection` event: who is at its other end, by its
 * greeting, its name and both READYs, and that it is secured since the peer's READY was unwrapped; or that it
 * goes without.
 *
 * All of it but the context is a peer's word. Of metadata only what is known to be harmless is shown.
 */
#include "shim/wire/connection.h"

#include "shim/core/text.h"
#include "shim/gss/gss.h"
#include "shim/gss/kept.h"

#include <string.h>
#include <strings.h>
#include <zmq.h>

#define VERSION 10
#define AS_SERVER 32
#define ROOM 340 /* for a property with the longest name, and its value's length and hash */

void tap_wire_put_ends(struct tr_draft *d, const struct wire *wire)
{
	void *socket = wire->tie->socket;

	if (socket)
		tap_put_handle(d, TR_F_SOCKET, socket);
	tr_put_text(d, TR_F_ENDPOINT, wire->tie->endpoint);
	if (wire->other[0])
		tr_put_text(d, TR_F_PEER, wire->other);
}

const void *tap_wire_context_name(const struct wire *wire)
{
	return tr_level < TR_LEVEL_CALLS ? (const void *)wire : wire->context;
}

void tap_wire_put_context(struct tr_draft *d, const struct wire *wire)
{
	tap_put_handle(d, TR_F_CONTEXT, tap_wire_context_name(wire));
	if (wire->kept)
		tap_kept_name(wire->kept, d);
	else
		tap_context_name(wire->context, d);
}

/* Before version 3 it is a revision: 0 for ZMTP 1.0, 1 for 2.0. */
static void put_version(struct tr_draft *d, const struct wire *wire)
{
	uint8_t major = wire->peer[VERSION], minor = wire->peer[MINOR];
	char text[8] = "";

	if (wire->peer_count > VERSION && major < 2)
		tr_put_text(d, TR_F_ZMTP, major ? "2.0" : "1.0");
	if (wire->peer_count <= MINOR || major < 3)
		return;
	tap_append_number(text, sizeof(text), major);
	tap_append(text, sizeof(text), ".");
	tap_append_number(text, sizeof(text), minor);
	tr_put_text(d, TR_F_ZMTP, text);
}

void tap_wire_put_greeting(struct tr_draft *d, const struct wire *wire)
{
	if (!wire->peer_count || wire->peer[0] != 0xff)
		return;
	put_version(d, wire);
	if (wire->peer_count < MECHANISM_END || wire->peer[VERSION] < 3)
		return;
	tr_put_text_n(d, TR_F_PEER_MECHANISM, wire->peer + MECHANISM,
		      strnlen((const char *)wire->peer + MECHANISM, MECHANISM_END - MECHANISM));
	if (wire->peer_count > AS_SERVER)
		tr_put_u32(d, TR_F_PEER_AS_SERVER, wire->peer[AS_SERVER] & 1);
}

/* --- READY */

/* As in <zmq.h>, which names none of the drafts. */
static const char *const types[] = {"PAIR",  "PUB",  "SUB",    "REQ",	  "REP",    "DEALER", "ROUTER",
				    "PULL",  "PUSH", "XPUB",   "XSUB",	  "STREAM", "SERVER", "CLIENT",
				    "RADIO", "DISH", "GATHER", "SCATTER", "DGRAM",  "PEER",   "CHANNEL"};

static bool is(const uint8_t *bytes, size_t length, const char *text)
{
	return length == strlen(text) && !strncasecmp((const char *)bytes, text, length);
}

static bool put_type(struct tr_draft *d, enum tr_field_id id, const uint8_t *value, size_t length)
{
	for (uint32_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (is(value, length, types[i])) {
			tr_put_u32(d, id, i);
			return true;
		}
	return false;
}

/* Which fields tell of one end's READY. */
struct end {
	enum tr_field_id type, identity, metadata, left_out;
};

static void put_property(struct tr_draft *d, const struct end *end, const uint8_t *at, const uint8_t *value,
			 size_t length)
{
	size_t mark = tr_group_begin(d, end->metadata);

	tr_put_text_n(d, TR_F_PROPERTY, at + 1, at[0]);
	tr_put_secret(d, TR_F_SECRET, value, length);
	tr_group_end(d, mark);
}

/* Properties, and how many more there were. A peer can send as many as it likes: what has no room is counted.
 */
static void put_properties(struct tr_draft *d, const struct end *end, const uint8_t *bytes, size_t count,
			   uint32_t left_out)
{
	bool typed = false, named = false;
	size_t value, length, step;

	for (const uint8_t *at = bytes, *last = bytes + count; at < last; at += step) {
		step = tap_frame_property(at, (size_t)(last - at), &value, &length);
		if (!step)
			break;
		if (!typed && is(at + 1, at[0], "Socket-Type") &&
		    put_type(d, end->type, at + value, length)) {
			typed = true;
		} else if (!named && is(at + 1, at[0], "Identity") && length < 256) {
			named = true;
			if (length)
				tr_put_text_n(d, end->identity, at + value, length);
		} else if (d->size - d->used < ROOM) {
			left_out++;
		} else {
			put_property(d, end, at, at + value, length);
		}
	}
	if (left_out)
		tr_put_u32(d, end->left_out, left_out);
}

void tap_wire_note_ready(struct wire *wire, const uint8_t *body, size_t count)
{
	size_t value, length, step;

	wire->said_count = wire->said_left_out = 0;
	for (size_t at = FRAME_READY_HEAD; at < count; at += step) {
		step = tap_frame_property(body + at, count - at, &value, &length);
		if (!step)
			break;
		if (step > sizeof(wire->said) - wire->said_count) {
			wire->said_left_out++;
			continue;
		}
		memcpy(wire->said + wire->said_count, body + at, step);
		wire->said_count += (unsigned)step;
	}
}

void tap_wire_tell_made(const struct wire *wire, const uint8_t *ready, size_t count)
{
	static const struct end own = {TR_F_SOCKET_TYPE, TR_F_IDENTITY, TR_F_METADATA,
				       TR_F_METADATA_LEFT_OUT},
				peer = {TR_F_PEER_SOCKET_TYPE, TR_F_PEER_IDENTITY, TR_F_PEER_METADATA,
					TR_F_PEER_METADATA_LEFT_OUT};
	struct tr_draft *d = tr_begin(TR_E_connection);

	if (!d)
		return;
	d->time = tr_now();
	tr_put_u32(d, TR_F_ROLE, wire->server ? TR_ROLE_SERVER : TR_ROLE_CLIENT);
	tap_wire_put_ends(d, wire);
	tr_put_u32(d, TR_F_MECHANISM, ready ? ZMQ_GSSAPI : ZMQ_NULL);
	tap_wire_put_greeting(d, wire);
	if (ready)
		tap_wire_put_context(d, wire);
	tr_put_u64(d, TR_F_DURATION, d->time - wire->begun);
	put_properties(d, &own, wire->said, wire->said_count, wire->said_left_out);
	if (ready)
		put_properties(d, &peer, ready + FRAME_READY_HEAD, count - FRAME_READY_HEAD, 0);
	d->comment = ready ? "a connection is secured" : "a connection goes without security";
	tr_commit(d);
}
