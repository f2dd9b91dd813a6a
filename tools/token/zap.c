/* SPDX-License-Identifier: MIT */
/*
 * ZAP (RFC 27): what a ZeroMQ server asks its authenticator, and the answer, frame after frame as ZMTP frames
 * them. A request and a reply begin alike: a reply's third frame is a status, a request's sixth names a
 * mechanism.
 */
#include "tools/token/decoders.h"
#include "tools/token/zmtp_frame.h"
#include "tools/token/zmtp_metadata.h"

#include <string.h>

#define MOST 16 /* frames */

struct frames {
	struct zmtp_frame frame[MOST];
	size_t count;
	struct tr_bytes rest;
	bool cut;
};

static struct frames split(struct tr_bytes bytes)
{
	struct frames frames = {.rest = bytes};

	while (frames.count < MOST && zmtp_frame(&frames.rest, &frames.frame[frames.count])) {
		struct zmtp_frame *frame = &frames.frame[frames.count];

		if (frame->flags & ZMTP_COMMAND)
			break;
		frames.cut = frame->length > frame->body.length;
		if (!frames.count && !frame->length) /* the delimiter of an envelope */
			continue;
		frames.count += !frames.cut;
		if (frames.cut || !(frame->flags & ZMTP_MORE))
			break;
	}
	return frames;
}

static bool is(const struct zmtp_frame *frame, const char *text)
{
	return frame->length == strlen(text) && !memcmp(frame->body.at, text, frame->body.length);
}

static bool names_mechanism(const struct frames *frames)
{
	const struct zmtp_frame *sixth = &frames->frame[5];

	return frames->count > 5 &&
	       (is(sixth, "NULL") || is(sixth, "PLAIN") || is(sixth, "CURVE") || is(sixth, "GSSAPI"));
}

static bool is_status(const struct zmtp_frame *frame)
{
	return frame->length == 3 && frame->body.at[0] >= '2' && frame->body.at[0] <= '5' &&
	       frame->body.at[1] == '0' && frame->body.at[2] == '0';
}

static void text(struct token *token, const char *name, const struct frames *frames, size_t i,
		 enum token_kind kind)
{
	if (i >= frames->count)
		return;
	token_text(token, name, frames->frame[i].body);
	token_mark(token, kind);
}

/* A password is a secret; a client's public key and a principal are its name. */
static void credentials(struct token *token, const struct frames *frames)
{
	bool plain = is(&frames->frame[5], "PLAIN");

	if (frames->count < 7)
		return;
	if (is(&frames->frame[5], "CURVE"))
		token_bytes(token, "public_key", frames->frame[6].body);
	else
		text(token, plain ? "username" : "principal", frames, 6, TOKEN_IDENTITY);
	for (size_t i = 7; i < frames->count; i++)
		token_sealed(token,
			     i == 7 && plain ? "password" : token_print(token, "credential_%zu", i - 5),
			     frames->frame[i].body, frames->frame[i].length);
}

static void request(struct token *token, const struct frames *frames)
{
	text(token, "domain", frames, 2, TOKEN_PLAIN);
	text(token, "address", frames, 3, TOKEN_IDENTITY);
	if (frames->count > 4 && frames->frame[4].length)
		text(token, "routing_id", frames, 4, TOKEN_IDENTITY);
	text(token, "mechanism", frames, 5, TOKEN_PLAIN);
	if (frames->count > 5)
		credentials(token, frames);
}

static void reply(struct token *token, const struct frames *frames)
{
	text(token, "status", frames, 2, TOKEN_PLAIN);
	text(token, "status_text", frames, 3, TOKEN_PLAIN);
	text(token, "user_id", frames, 4, TOKEN_IDENTITY);
	if (frames->count > 5 && frames->frame[5].length)
		zmtp_metadata(token, frames->frame[5].body);
}

bool dec_zap(struct token *token, struct tr_bytes bytes)
{
	struct frames frames = split(bytes);
	bool answers;

	if (frames.count < 3 || !is(&frames.frame[0], "1.0"))
		return false;
	answers = is_status(&frames.frame[2]) && !names_mechanism(&frames);
	token_begin_message(token, answers ? "zap_reply" : "zap_request",
			    answers ? "ZAP reply" : "ZAP request", bytes);
	token_bytes(token, "request_id", frames.frame[1].body);
	if (answers)
		reply(token, &frames);
	else
		request(token, &frames);
	if (frames.cut || frames.count < 6)
		token_note(token, "ends before its last frame");
	if (frames.rest.length)
		token_bytes(token, "rest", frames.rest);
	token_end(token);
	return true;
}
