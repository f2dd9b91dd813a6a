/* SPDX-License-Identifier: MIT */
/*
 * See keys_rc4.h. libk5crypto offers RC4 only with what Kerberos' own messages put around it: this is
 * OpenSSL's, of the legacy provider, in a library context of its own, so that nothing else of this process
 * gets old ciphers.
 */
#include "tools/token/keys_rc4.h"

#include <openssl/hmac.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>

#define MD5_SIZE 16 /* also that of RC4's keys */

struct keys_rc4 {
	OSSL_LIB_CTX *library;
	OSSL_PROVIDER *provider;
	EVP_CIPHER *cipher;
};

struct keys_rc4 *keys_rc4_new(void)
{
	struct keys_rc4 *rc4 = calloc(1, sizeof(*rc4));

	if (!rc4)
		return NULL;
	rc4->library = OSSL_LIB_CTX_new();
	if (rc4->library)
		rc4->provider = OSSL_PROVIDER_load(rc4->library, "legacy");
	if (rc4->provider)
		rc4->cipher = EVP_CIPHER_fetch(rc4->library, "RC4", NULL);
	if (rc4->cipher)
		return rc4;
	keys_rc4_free(rc4);
	return NULL;
}

void keys_rc4_free(struct keys_rc4 *rc4)
{
	if (!rc4)
		return;
	EVP_CIPHER_free(rc4->cipher);
	if (rc4->provider)
		OSSL_PROVIDER_unload(rc4->provider);
	OSSL_LIB_CTX_free(rc4->library);
	free(rc4);
}

static bool hmac(const uint8_t *key, struct tr_bytes of, uint8_t *to)
{
	return HMAC(EVP_md5(), key, MD5_SIZE, of.at, of.length, to, NULL);
}

/* RFC 4757, section 7.3: Kseq of the checksum, Kcrypt of the sequence number; `mask` is what differs in
 * Klocal. */
static bool rc4_key(const krb5_keyblock *session, uint8_t mask, struct tr_bytes of, uint8_t *key)
{
	uint8_t local[MD5_SIZE];
	bool done;

	for (size_t i = 0; i < MD5_SIZE; i++)
		local[i] = session->contents[i] ^ mask;
	done = hmac(local, (struct tr_bytes){(const uint8_t[4]){0}, 4}, key) && hmac(key, of, key);
	explicit_bzero(local, sizeof(local));
	return done;
}

struct tr_bytes keys_rc4_decrypt(const struct keys_rc4 *rc4, struct token *token,
				 const krb5_keyblock *session, uint8_t mask, struct tr_bytes of,
				 struct tr_bytes cipher)
{
	uint8_t key[MD5_SIZE], *to = token_room(token, cipher.length + 1);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int length = 0;
	bool done = to && context && cipher.length <= INT32_MAX && rc4_key(session, mask, of, key) &&
		    EVP_DecryptInit_ex2(context, rc4->cipher, key, NULL, NULL) &&
		    EVP_DecryptUpdate(context, to, &length, cipher.at, (int)cipher.length);

	EVP_CIPHER_CTX_free(context);
	explicit_bzero(key, sizeof(key));
	return (struct tr_bytes){done ? to : NULL, done ? (size_t)length : 0};
}
