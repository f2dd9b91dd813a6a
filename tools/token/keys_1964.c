/* SPDX-License-Identifier: MIT */
/* See keys_1964.h. Checksums and DES3 are libk5crypto's; RC4 is in keys_rc4.c. */
#include "tools/token/keys_1964.h"

#include "tools/token/keys_crypt.h"
#include "tools/token/keys_rc4.h"
#include "trace/unconst.h"

#include <string.h>

bool keys_1964_fits(const struct keys_session *session, enum keys_which which, enum keys_1964_sign sign)
{
	return keys_know(session, which) &&
	       session->keys[which].enctype ==
		       (sign == KEYS_HMAC_MD5_RC4 ? ENCTYPE_ARCFOUR_HMAC : ENCTYPE_DES3_CBC_SHA1);
}

bool keys_1964_able(struct token_keys *keys, enum keys_1964_sign sign, const char **why)
{
	if (sign != KEYS_HMAC_MD5_RC4)
		return true;
	if (!keys->rc4_asked)
		keys->rc4 = keys_rc4_new();
	keys->rc4_asked = true;
	*why = "OpenSSL has no RC4 or no MD5 here, as without its legacy provider";
	return keys->rc4;
}

/* Under the key as it is; RFC 1964's successors derive none for what is not a checksum. */
static struct tr_bytes des3(struct token_keys *keys, struct token *token, const krb5_keyblock *session,
			    struct tr_bytes first, struct tr_bytes cipher)
{
	krb5_keyblock key = *session;
	char before[8] = {0}; /* libk5crypto writes there what would come before the next block */
	krb5_data vector = {.length = sizeof(before), .data = before};
	krb5_enc_data in = {.enctype = ENCTYPE_DES3_CBC_RAW};
	krb5_data out = {.length = (unsigned)cipher.length};

	key.enctype = ENCTYPE_DES3_CBC_RAW;
	out.data = cipher.length <= INT32_MAX ? token_room(token, cipher.length + 1) : NULL;
	in.ciphertext = (krb5_data){.length = (unsigned)cipher.length, .data = TR_UNCONST(cipher.at)};
	if (first.length >= sizeof(before))
		memcpy(before, first.at, sizeof(before));
	if (!out.data || krb5_c_decrypt(keys->context, &key, 0, &vector, &in, &out))
		return (struct tr_bytes){0};
	return (struct tr_bytes){(const uint8_t *)out.data, out.length};
}

struct tr_bytes keys_1964_sequence(struct token_keys *keys, struct token *token,
				   const struct keys_session *session, enum keys_which which,
				   struct tr_bytes checksum, struct tr_bytes cipher)
{
	const krb5_keyblock *key = &session->keys[which];

	if (key->enctype == ENCTYPE_ARCFOUR_HMAC)
		return keys_rc4_decrypt(keys->rc4, token, key, 0, checksum, cipher);
	return des3(keys, token, key, checksum, cipher);
}

struct tr_bytes keys_1964_unseal(struct token_keys *keys, struct token *token,
				 const struct keys_session *session, enum keys_which which,
				 struct tr_bytes sequence, struct tr_bytes cipher)
{
	const krb5_keyblock *key = &session->keys[which];

	if (key->enctype == ENCTYPE_ARCFOUR_HMAC)
		return keys_rc4_decrypt(keys->rc4, token, key, 0xf0, (struct tr_bytes){sequence.at, 4},
					cipher);
	return des3(keys, token, key, (struct tr_bytes){0}, cipher);
}

bool keys_1964_checksum_is(struct token_keys *keys, const struct keys_session *session, enum keys_which which,
			   bool wrap, struct tr_bytes of, struct tr_bytes checksum)
{
	const krb5_keyblock *key = &session->keys[which];
	bool by_rc4 = key->enctype == ENCTYPE_ARCFOUR_HMAC, same;
	/* RFC 4757, section 7.2 and 7.3; MIT's KG_USAGE_SIGN. */
	krb5_keyusage usage = !by_rc4 ? 23 : wrap ? 13 : 15;
	krb5_data data = {.length = (unsigned)of.length, .data = TR_UNCONST(of.at)};
	krb5_checksum made = {0};

	if (krb5_c_make_checksum(keys->context,
				 by_rc4 ? CKSUMTYPE_HMAC_MD5_ARCFOUR : CKSUMTYPE_HMAC_SHA1_DES3, key, usage,
				 &data, &made))
		return false;
	same = checksum.length && checksum.length <= made.length &&
	       !memcmp(made.contents, checksum.at, checksum.length);
	krb5_free_checksum_contents(keys->context, &made);
	return same;
}
