/* SPDX-License-Identifier: MIT */
/*
 * See open_1964.h. After the token's id come SGN_ALG, SEAL_ALG and a filler, two bytes each, SND_SEQ,
 * SGN_CKSUM and what is wrapped: eight random bytes, the message and a padding. SND_SEQ tells whether a key
 * is the one, since it holds the direction four times; the checksum tells whether anything was changed, and
 * does not cover SND_SEQ. Under DES3 that is one block, which comes out as another when a bit of it is
 * changed; under RC4 any bits of it can be turned over.
 */
#include "tools/token/open_1964.h"

#include "tools/token/bytes.h"
#include "tools/token/keys_1964.h"
#include "tools/token/open_message.h"

#include <string.h>

enum { HEAD = 6, SEQUENCE = 8, BEFORE_CHECKSUM = 14, CONFOUNDER = 8 }; /* bytes */
enum { BY_ACCEPTOR = 1, SEALED = 2 };
enum { NO_SEAL = 0xffff };

static const struct token_flag message_flags[] = {
	{BY_ACCEPTOR, "sent-by-acceptor"},
	{SEALED, "sealed"},
	{0},
};

struct old {
	struct token *token;
	struct token_keys *keys;
	const struct keys_session *session; /* that is tried */
	enum keys_which which;
	enum keys_1964_sign sign;
	bool wrap, sealed;
	uint8_t id[2];
	struct tr_bytes whole, checksum, data;
	const struct tr_bytes *message; /* that was signed; of a Wrap: nothing */
	struct tr_bytes sequence, opened;
};

/* What there is to be said before a key is tried, or NULL. */
static const char *not_ready(struct old *old, uint32_t at)
{
	struct token *token = old->token;
	const char *name = token->nodes[at].name;
	unsigned seal;
	size_t size;

	old->whole = token->nodes[at].raw;
	old->wrap = !strcmp(name, "wrap");
	memcpy(old->id, old->wrap ? "\2\1" : !strcmp(name, "mic") ? "\1\1" : "\1\2", 2);
	old->sign = (enum keys_1964_sign)big_at(old->whole, 0, 2);
	seal = (unsigned)big_at(old->whole, 2, 2);
	old->sealed = old->wrap && seal != NO_SEAL;
	if (token->length > token->bytes.length)
		return "the token was cut";
	if ((old->sign != KEYS_HMAC_MD5_RC4 && old->sign != KEYS_HMAC_SHA1_DES3) ||
	    (old->sealed && seal != (old->sign == KEYS_HMAC_MD5_RC4 ? 0x1000 : 0x0200)))
		return "neither RC4 nor DES3 is what it names";
	size = old->sign == KEYS_HMAC_MD5_RC4 ? 8 : 20;
	old->checksum = bytes_at(old->whole, BEFORE_CHECKSUM, size);
	old->data = bytes_from(old->whole, BEFORE_CHECKSUM + size);
	if (!old->checksum.length)
		return "its checksum is not all there";
	if (old->wrap ? old->data.length <= CONFOUNDER : old->data.length)
		return "it is not as long as it should be";
	return NULL;
}

enum under { NOT_UNDER, UNDER, COULD_NOT };

/* Is it a key under which this was sent? */
static enum under is_under(struct old *old)
{
	const uint8_t *at;

	old->sequence = keys_1964_sequence(old->keys, old->token, old->session, old->which, old->checksum,
					   (struct tr_bytes){old->whole.at + HEAD, SEQUENCE});
	at = old->sequence.at;
	if (!at)
		return COULD_NOT;
	return (at[4] == 0 || at[4] == 0xff) && at[5] == at[4] && at[6] == at[4] && at[7] == at[4]
		       ? UNDER
		       : NOT_UNDER;
}

/* The checksum is of the token's head and of what follows it. */
static bool signs(struct old *old, struct tr_bytes data)
{
	size_t head = sizeof(old->id) + HEAD;
	uint8_t *all = token_room(old->token, head + data.length);

	if (!all)
		return false;
	memcpy(all, old->id, sizeof(old->id));
	memcpy(all + sizeof(old->id), old->whole.at, HEAD);
	if (data.length)
		memcpy(all + head, data.at, data.length);
	return keys_1964_checksum_is(old->keys, old->session, old->which, old->wrap,
				     (struct tr_bytes){all, head + data.length}, old->checksum);
}

/* The padding's length is in each of its bytes; a block of DES3 has 8, RC4 has 1. */
static bool without_padding(struct tr_bytes *data)
{
	size_t padding = data->at[data->length - 1];

	if (!padding || padding > 8 || padding > data->length - CONFOUNDER)
		return false;
	*data = (struct tr_bytes){data->at + CONFOUNDER, data->length - CONFOUNDER - padding};
	return true;
}

static bool verifies(struct old *old)
{
	old->opened = old->data;
	if (!old->wrap)
		return signs(old, *old->message);
	if (old->sealed)
		old->opened = keys_1964_unseal(old->keys, old->token, old->session, old->which, old->sequence,
					       old->data);
	return old->opened.at && signs(old, old->opened) && without_padding(&old->opened);
}

/* The key under which it was sent; both libraries take the initiator's sub-key, whatever the acceptor says,
 * and Windows may take the acceptor's. COULD_NOT: of the last one tried nobody knows. */
static enum under find_key(struct old *old, struct keys_session *own, bool *any)
{
	static const enum keys_which order[] = {KEYS_INITIATOR, KEYS_ACCEPTOR, KEYS_SESSION};
	struct keys_session *tried = NULL;
	enum under under;

	while ((tried = keys_session_next(old->keys, own, tried))) {
		old->session = tried;
		for (size_t i = 0; i < KEYS_OF_A_SESSION; i++) {
			old->which = order[i];
			if (!keys_1964_fits(tried, old->which, old->sign))
				continue;
			*any = true;
			under = is_under(old);
			if (under == UNDER)
				keys_session_join(old->keys, own, tried);
			if (under != NOT_UNDER)
				return under;
		}
	}
	return NOT_UNDER;
}

/* As messages of RFC 4121 have them in clear. RC4's number is big endian, the others' little. */
static void number_and_flags(struct old *old)
{
	unsigned flags = (old->sequence.at[4] ? BY_ACCEPTOR : 0) | (old->sealed ? SEALED : 0);

	token_flags(old->token, "flags", (struct tr_bytes){0}, flags, message_flags);
	token_unsigned(old->token, "seq", (struct tr_bytes){0},
		       old->sign == KEYS_HMAC_MD5_RC4 ? big_at(old->sequence, 0, 4)
						      : little_at(old->sequence, 0, 4),
		       NULL);
}

/* RC4's key for what is sealed is made of the number, so that nothing comes of another one. */
static void verified(struct old *old)
{
	open_verified(old->token, old->which, old->wrap ? &old->opened : NULL);
	if (old->sign == KEYS_HMAC_MD5_RC4)
		token_note(old->token, old->sealed ? "the direction is not covered by the checksum"
						   : "seq and the direction are not covered by the checksum");
}

void open_1964(struct token *token, struct token_keys *keys, struct keys_session *session, uint32_t at,
	       const struct tr_bytes *message)
{
	struct old old = {.token = token, .keys = keys, .message = message};
	const char *why = not_ready(&old, at);
	bool any = false;
	enum under under;

	if (why || !keys_1964_able(keys, old.sign, &why)) {
		token_note(token, "not opened: %s", why);
		return;
	}
	under = find_key(&old, session, &any);
	if (under != UNDER) {
		if (under == COULD_NOT)
			token_note(token, "not opened: its sequence number could not be decrypted");
		else
			open_failed(token, any);
		return;
	}
	number_and_flags(&old);
	if (!old.wrap && !message)
		token_note(token, "not verified: the message is not in the trace");
	else if (verifies(&old))
		verified(&old);
	else
		open_failed(token, true);
}
