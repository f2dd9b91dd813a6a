/* SPDX-License-Identifier: MIT */
/* Keys that handshakes have brought, and what they decrypt and verify; see keys_session.h. */
#include "tools/token/keys_session.h"

#include "tools/token/keys_crypt.h"
#include "trace/unconst.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(KEYS_KINDS == KEYS_OF_A_SESSION, "a session has a key of each kind");

#define TRIED_MOST 32 /* sessions, for a message of a context that nobody knows */

static void take_out(struct token_keys *keys, struct keys_session *session)
{
	if (session->next)
		session->next->before = session->before;
	if (session->before)
		session->before->next = session->next;
	else
		keys->sessions = session->next;
}

static void put_first(struct token_keys *keys, struct keys_session *session)
{
	session->before = NULL;
	session->next = keys->sessions;
	if (session->next)
		session->next->before = session;
	keys->sessions = session;
}

struct keys_session *keys_session_new(struct token_keys *keys)
{
	struct keys_session *session = calloc(1, sizeof(*session));

	if (session)
		put_first(keys, session);
	return session;
}

void keys_session_free(struct token_keys *keys, struct keys_session *session)
{
	if (!session)
		return;
	for (int i = 0; i < KEYS_OF_A_SESSION; i++)
		keys_forget(keys, session, (enum keys_which)i);
	take_out(keys, session);
	free(session);
}

static bool useful(const struct keys_session *session)
{
	return session && keys_know(session, KEYS_SESSION);
}

struct keys_session *keys_session_next(const struct token_keys *keys, struct keys_session *own,
				       struct keys_session *last)
{
	bool next = !last || last == own;
	int tried = 0;

	if (!last && useful(own))
		return own;
	for (struct keys_session *at = keys->sessions; at && tried < TRIED_MOST; at = at->next) {
		if (at == own || !useful(at))
			continue;
		if (next)
			return at;
		next = at == last;
		tried++;
	}
	return NULL;
}

void keys_session_join(struct token_keys *keys, struct keys_session *own, const struct keys_session *other)
{
	if (!own || own == other)
		return;
	for (int i = 0; i < KEYS_OF_A_SESSION; i++) {
		keys_forget(keys, own, (enum keys_which)i);
		/* No memory: one key less is known. */
		if (other->keys[i].contents &&
		    krb5_copy_keyblock_contents(keys->context, &other->keys[i], &own->keys[i]))
			own->keys[i] = (krb5_keyblock){0};
	}
}

bool keys_learn(struct token_keys *keys, struct keys_session *session, enum keys_which which, int64_t enctype,
		struct tr_bytes value)
{
	krb5_keyblock key = {.enctype = (krb5_enctype)enctype,
			     .length = (unsigned)value.length,
			     .contents = TR_UNCONST(value.at)};
	krb5_keyblock *known = &session->keys[which];
	size_t bytes, length;

	if (known->contents && known->enctype == key.enctype && known->length == key.length &&
	    !memcmp(known->contents, key.contents, key.length))
		return false;
	keys_forget(keys, session, which);
	/* A key of another length than its type has is hostile, and libkrb5 trusts a keyblock. */
	if (krb5_c_keylengths(keys->context, key.enctype, &bytes, &length) || value.length != length ||
	    krb5_copy_keyblock_contents(keys->context, &key, known))
		*known = (krb5_keyblock){0};
	take_out(keys, session);
	put_first(keys, session);
	return true;
}

void keys_forget(struct token_keys *keys, struct keys_session *session, enum keys_which which)
{
	krb5_free_keyblock_contents(keys->context, &session->keys[which]);
	session->keys[which] = (krb5_keyblock){0};
}

bool keys_know(const struct keys_session *session, enum keys_which which)
{
	return session->keys[which].contents;
}

void keys_session_offers(struct keys_session *session, struct tr_bytes mech_types)
{
	session->offer_length = mech_types.length <= KEYS_OFFER_MOST ? mech_types.length : 0;
	if (session->offer_length)
		memcpy(session->offer, mech_types.at, session->offer_length);
}

struct tr_bytes keys_session_offered(const struct keys_session *session)
{
	return (struct tr_bytes){session->offer, session->offer_length};
}

struct tr_bytes keys_decrypt(struct token_keys *keys, struct token *token, const struct keys_session *session,
			     enum keys_which which, enum keys_usage usage, struct tr_bytes cipher,
			     const char **why)
{
	if (keys_know(session, which))
		return keys_decrypt_with(keys, token, &session->keys[which], (krb5_keyusage)usage, cipher,
					 why);
	*why = "the key is not known";
	return (struct tr_bytes){0};
}

bool keys_checksum_is(struct token_keys *keys, const struct keys_session *session, enum keys_which which,
		      enum keys_usage usage, struct tr_bytes of, struct tr_bytes checksum)
{
	krb5_data data = {.length = (unsigned)of.length, .data = TR_UNCONST(of.at)};
	krb5_checksum made = {0};
	bool same;

	/* Type 0 is the one that goes with the key. */
	if (!keys_know(session, which) ||
	    krb5_c_make_checksum(keys->context, 0, &session->keys[which], (krb5_keyusage)usage, &data, &made))
		return false;
	same = made.length == checksum.length && !memcmp(made.contents, checksum.at, made.length);
	krb5_free_checksum_contents(keys->context, &made);
	return same;
}
