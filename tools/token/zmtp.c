/* SPDX-License-Identifier: MIT */
/*
 * What one end of a ZeroMQ connection says (ZMTP 3: RFC 23, RFC 37): a greeting, then frames. Also frames
 * alone, when the first is a command.
 */
#include "tools/token/zmtp_frame.h"

#include "tools/token/decoders.h"
#include "tools/token/zmtp_command.h"

#include <string.h>

#define GREETING 64
#define SIGNATURE 10
#define MECHANISM 20
#define MESSAGE 8 /* the name with its length */
enum { AT_MAJOR = 10, AT_MINOR, AT_MECHANISM, AT_AS_SERVER = 32 };

static bool is_greeting(struct tr_bytes bytes)
{
	return bytes.length >= SIGNATURE && bytes.at[0] == 0xff && bytes.at[9] == 0x7f;
}

static void mechanism(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes name = bytes_at(bytes, AT_MECHANISM, MECHANISM);

	if (!name.length)
		return;
	name.length = strnlen((const char *)name.at, name.length);
	token_text(token, "mechanism", name);
	if (bytes_have(bytes, AT_AS_SERVER, 1))
		token_bool(token, "as_server", bytes_at(bytes, AT_AS_SERVER, 1), bytes.at[AT_AS_SERVER] & 1);
}

/* What follows it; nothing where it is of a version that goes on otherwise. */
static struct tr_bytes greeting(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes rest = bytes_from(bytes, GREETING);

	token_begin(token, "greeting", bytes_at(bytes, 0, bytes.length < GREETING ? bytes.length : GREETING));
	if (bytes_have(bytes, AT_MAJOR, 2) && bytes.at[AT_MAJOR] >= 3) {
		token_made_text(token, "version", bytes_at(bytes, AT_MAJOR, 2),
				token_print(token, "%u.%u", bytes.at[AT_MAJOR], bytes.at[AT_MINOR]));
		mechanism(token, bytes);
		if (bytes.length < GREETING)
			token_note(token, "a greeting of %d bytes, of which %zu are there", GREETING,
				   bytes.length);
	} else if (bytes_have(bytes, AT_MAJOR, 1) && bytes.at[AT_MAJOR] < 3) {
		token_unsigned(token, "revision", bytes_at(bytes, AT_MAJOR, 1), bytes.at[AT_MAJOR], NULL);
		token_note(token, "ZMTP before version 3: what follows is not decoded");
		rest.length = 0;
	} else {
		token_note(token, "ends within the greeting");
	}
	token_end(token);
	return rest;
}

/* Data: what a program sends, or what GSSAPI makes of it (its READY, too, bears no bit of a command). */
static void data(struct token *token, const struct zmtp_frame *frame)
{
	struct tr_bytes name = zmtp_command(frame->body);

	if (name.length == 7 && !memcmp(name.at, "MESSAGE", 7)) {
		zmtp_command_decode(token, frame->body, frame->length);
		return;
	}
	if (frame->body.length < MESSAGE && frame->body.length < frame->length) { /* or is it one of those? */
		token_bytes(token, "bytes", frame->body);
		return;
	}
	token_begin(token, "data", frame->whole);
	token_bool(token, "more", bytes_at(frame->whole, 0, 1), frame->flags & ZMTP_MORE);
	token_unsigned(token, "length", frame->whole, frame->length, NULL);
	if (frame->body.length)
		token_bytes(token, "bytes", frame->body);
	token_end(token);
}

static void frames(struct token *token, struct tr_bytes rest)
{
	struct zmtp_frame frame;

	token_begin_list(token, "frames", rest);
	while (zmtp_frame(&rest, &frame)) {
		token_begin(token, NULL, frame.whole);
		if (frame.length > frame.body.length)
			token_note(token, "a frame of %ju bytes, of which %zu are there",
				   (uintmax_t)frame.length, frame.body.length);
		if (frame.flags & ZMTP_COMMAND)
			zmtp_command_decode(token, frame.body, frame.length);
		else
			data(token, &frame);
		token_end(token);
	}
	if (rest.length) {
		token_note(token, "ends within the head of a frame, or goes on with something else");
		token_bytes(token, NULL, rest);
	}
	token_end(token);
}

bool dec_zmtp(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes rest = bytes;
	struct zmtp_frame frame;
	bool greets = is_greeting(bytes);

	if (!greets && !(zmtp_frame(&rest, &frame) && (frame.flags & ZMTP_COMMAND) &&
			 zmtp_command_known(zmtp_command(frame.body))))
		return false;
	token_begin_message(token, "zmtp", "ZMTP", bytes);
	rest = greets ? greeting(token, bytes) : bytes;
	if (rest.length)
		frames(token, rest);
	token_end(token);
	return true;
}
