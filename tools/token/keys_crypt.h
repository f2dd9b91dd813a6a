/* SPDX-License-Identifier: MIT */
/* What keys.c, keys_session.c and keys_1964.c share; for nobody else: there are keys in it. */
#ifndef TOOLS_TOKEN_KEYS_CRYPT_H
#define TOOLS_TOKEN_KEYS_CRYPT_H

#include "tools/token/token.h"

#include <krb5.h>

struct keys_entry {
	char *principal;
	krb5_kvno kvno;
	krb5_keyblock key;
};

#define KEYS_KINDS 3 /* members of enum keys_which */

#define KEYS_OFFER_MOST 512

struct keys_session {
	struct keys_session *before, *next; /* the one learned last is the first */
	krb5_keyblock keys[KEYS_KINDS];	    /* contents NULL: not known */
	uint8_t offer[KEYS_OFFER_MOST];
	size_t offer_length;
};

struct token_keys {
	krb5_context context;
	char *name;
	struct keys_entry *entries;
	size_t count;
	struct keys_session *sessions;
	struct keys_rc4 *rc4; /* NULL: not asked for, or there is none */
	bool rc4_asked;
};

/* libkrb5's words, as text of the token. */
const char *keys_message(struct token_keys *keys, struct token *token, krb5_error_code code);
/* The plaintext, in the token; nothing, and why. */
struct tr_bytes keys_decrypt_with(struct token_keys *keys, struct token *token, const krb5_keyblock *key,
				  krb5_keyusage usage, struct tr_bytes cipher, const char **why);

#endif
