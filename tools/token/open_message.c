/* SPDX-License-Identifier: MIT */
/* See open_message.h. The keys tell whether a message is of a context: nothing else about it is believed. */
#include "tools/token/open_message.h"

#include <string.h>

#define HEAD 16 /* bytes */
enum { BY_ACCEPTOR = 1, SEALED = 2, ACCEPTOR_SUBKEY = 4 };

struct opening {
	struct token *token;
	struct token_keys *keys;
	const struct keys_session *session; /* that is tried */
	enum keys_which which;
	struct tr_bytes whole;
	unsigned flags;
};

/* RFC 4121, section 2: the acceptor's sub-key where the token says so, else the initiator's, else the
 * session's. */
static enum keys_which which_key(const struct keys_session *session, unsigned flags)
{
	if (flags & ACCEPTOR_SUBKEY)
		return KEYS_ACCEPTOR;
	return keys_know(session, KEYS_INITIATOR) ? KEYS_INITIATOR : KEYS_SESSION;
}

static const char *key_name(enum keys_which which)
{
	return which == KEYS_ACCEPTOR	 ? "acceptor's sub-key"
	       : which == KEYS_INITIATOR ? "initiator's sub-key"
					 : "session key";
}

static size_t number(const uint8_t *at)
{
	return (size_t)at[0] << 8 | at[1];
}

/* The body, rotated back. NULL: no memory. */
static uint8_t *unrotated(const struct opening *o, size_t by, size_t *length)
{
	uint8_t *to;

	*length = o->whole.length - HEAD;
	to = token_room(o->token, *length + HEAD); /* a head may follow */
	if (!to)
		return NULL;
	by %= *length;
	memcpy(to, o->whole.at + HEAD + by, *length - by);
	memcpy(to + *length - by, o->whole.at + HEAD, by);
	return to;
}

/* The head within is the one in front, but for RRC, which is set last. */
static bool same_head(const uint8_t *in, const uint8_t *front)
{
	return !memcmp(in, front, 6) && !memcmp(in + 8, front + 8, 8);
}

/* Message, filler of EC bytes, head: encrypted together. */
static bool sealed(const struct opening *o, size_t rotation, struct tr_bytes *message)
{
	size_t ec = number(o->whole.at + 4);
	struct tr_bytes cipher, plain;
	const char *why;

	cipher.at = unrotated(o, rotation, &cipher.length);
	if (!cipher.at)
		return false;
	plain = keys_decrypt(o->keys, o->token, o->session, o->which,
			     o->flags & BY_ACCEPTOR ? KEYS_ACCEPTOR_SEAL : KEYS_INITIATOR_SEAL, cipher, &why);
	if (!plain.at || plain.length < HEAD + ec || !same_head(plain.at + plain.length - HEAD, o->whole.at))
		return false;
	*message = (struct tr_bytes){plain.at, plain.length - HEAD - ec};
	return true;
}

/* Message and a checksum of EC bytes, of the message and the head without EC and RRC. */
static bool authenticated(const struct opening *o, size_t rotation, struct tr_bytes *message)
{
	size_t ec = number(o->whole.at + 4);
	size_t length;
	uint8_t *body = unrotated(o, rotation, &length), *head, kept[HEAD], *checksum = kept;

	if (!body || ec > length)
		return false;
	head = body + length - ec;
	if (ec > HEAD) /* sha384-192 has 24 */
		checksum = token_room(o->token, ec);
	if (!checksum)
		return false;
	memcpy(checksum, head, ec);
	memcpy(head, o->whole.at, HEAD);
	memset(head + 4, 0, 4);
	*message = (struct tr_bytes){body, length - ec};
	return keys_checksum_is(o->keys, o->session, o->which,
				o->flags & BY_ACCEPTOR ? KEYS_ACCEPTOR_SEAL : KEYS_INITIATOR_SEAL,
				(struct tr_bytes){body, length - ec + HEAD}, (struct tr_bytes){checksum, ec});
}

static bool wrapped(const struct opening *o, struct tr_bytes *message)
{
	size_t ec = number(o->whole.at + 4), rrc = number(o->whole.at + 6);
	bool (*open)(const struct opening *, size_t, struct tr_bytes *) =
		o->flags & SEALED ? sealed : authenticated;

	/* DCE style does not count EC in RRC: MS-KILE, section 3.4.5.4.1. */
	return open(o, rrc, message) || (ec && (o->flags & SEALED) && open(o, rrc + ec, message));
}

/* What there is to be said before a key is tried. */
static bool ready(struct opening *o, uint32_t at)
{
	struct token *token = o->token;
	const char *why = NULL;

	o->whole = token->nodes[at].raw;
	if (token->length > token->bytes.length)
		why = "not opened: the token was cut";
	else if (o->whole.length <= HEAD)
		why = "not opened: nothing follows the head";
	else
		o->flags = o->whole.at[2];
	if (why)
		token_note(token, "%s", why);
	return !why;
}

void open_failed(struct token *token, bool tried)
{
	token_note(token, tried ? "does not verify: changed on its way, or of a handshake that is not here"
				: "not opened: its handshake was not, or is not here");
	if (tried)
		token_bool(token, "verified", (struct tr_bytes){0}, false);
}

void open_verified(struct token *token, enum keys_which which, const struct tr_bytes *opened)
{
	token_bool(token, "verified", (struct tr_bytes){0}, true);
	if (!opened) {
		token_made_text(token, "key", (struct tr_bytes){0}, key_name(which));
		return;
	}
	token_begin(token, "opened", (struct tr_bytes){0});
	token_made_text(token, "key", (struct tr_bytes){0}, key_name(which));
	token_unsigned(token, "length", (struct tr_bytes){0}, opened->length, NULL);
	token_quoted(token, "message", *opened);
	token_end(token);
}

void open_wrap(struct token *token, struct token_keys *keys, struct keys_session *session, uint32_t at)
{
	struct opening o = {.token = token, .keys = keys};
	struct keys_session *tried = NULL;
	struct tr_bytes message = {0};
	bool any = false, open = false;

	if (!ready(&o, at))
		return;
	while (!open && (tried = keys_session_next(keys, session, tried))) {
		any = true;
		o.session = tried;
		o.which = which_key(tried, o.flags);
		open = wrapped(&o, &message);
	}
	if (open) {
		keys_session_join(keys, session, tried);
		open_verified(token, o.which, &message);
	} else {
		open_failed(token, any);
	}
}

static bool mic_is(const struct opening *o, const struct tr_bytes *message)
{
	uint8_t *signs = token_room(o->token, message->length + HEAD);

	if (!signs)
		return false;
	if (message->length)
		memcpy(signs, message->at, message->length);
	memcpy(signs + message->length, o->whole.at, HEAD);
	return keys_checksum_is(o->keys, o->session, o->which,
				o->flags & BY_ACCEPTOR ? KEYS_ACCEPTOR_SIGN : KEYS_INITIATOR_SIGN,
				(struct tr_bytes){signs, message->length + HEAD},
				(struct tr_bytes){o->whole.at + HEAD, o->whole.length - HEAD});
}

void open_mic(struct token *token, struct token_keys *keys, struct keys_session *session, uint32_t at,
	      const struct tr_bytes *message)
{
	struct opening o = {.token = token, .keys = keys};
	struct keys_session *tried = NULL;
	bool any = false, verified = false;

	if (!ready(&o, at))
		return;
	if (!message) {
		token_note(token, "not verified: the message is not in the trace");
		return;
	}
	while (!verified && (tried = keys_session_next(keys, session, tried))) {
		any = true;
		o.session = tried;
		o.which = which_key(tried, o.flags);
		verified = mic_is(&o, message);
	}
	if (!any) {
		token_note(token, "not verified: its handshake was not opened, or is not here");
		return;
	}
	if (verified) {
		keys_session_join(keys, session, tried);
		open_verified(token, o.which, NULL);
	} else {
		open_failed(token, true);
	}
}
