/* SPDX-License-Identifier: MIT */
/*
 * See keys_rc4.h. libk5crypto offers RC4 only with what Kerberos' own messages put around it: this is
 * OpenSSL's, of the legacy provider, in a library context of its own, so that nothing else of this process
 * gets old ciphers, and no configuration of the program's (FIPS) forbids them here.
 */
#include "tools/token/keys_rc4.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>

#define MD5_SIZE 16 /* also that of RC4's keys */

struct keys_rc4 {
	OSSL_LIB_CTX *library;
	OSSL_PROVIDER *legacy, *usual; /* RC4 is of one, HMAC and MD5 are of the other */
	EVP_CIPHER *cipher;
	EVP_MAC *hmac;
};

static bool has_md5(OSSL_LIB_CTX *library)
{
	EVP_MD *md5 = EVP_MD_fetch(library, OSSL_DIGEST_NAME_MD5, NULL);

	EVP_MD_free(md5);
	return md5;
}

struct keys_rc4 *keys_rc4_new(void)
{
	struct keys_rc4 *rc4 = calloc(1, sizeof(*rc4));

	if (!rc4)
		return NULL;
	rc4->library = OSSL_LIB_CTX_new();
	if (rc4->library) {
		rc4->legacy = OSSL_PROVIDER_load(rc4->library, "legacy");
		rc4->usual = OSSL_PROVIDER_load(rc4->library, "default");
	}
	if (rc4->legacy && rc4->usual) {
		rc4->cipher = EVP_CIPHER_fetch(rc4->library, "RC4", NULL);
		rc4->hmac = EVP_MAC_fetch(rc4->library, OSSL_MAC_NAME_HMAC, NULL);
	}
	if (rc4->cipher && rc4->hmac && has_md5(rc4->library))
		return rc4;
	keys_rc4_free(rc4);
	return NULL;
}

void keys_rc4_free(struct keys_rc4 *rc4)
{
	if (!rc4)
		return;
	EVP_CIPHER_free(rc4->cipher);
	EVP_MAC_free(rc4->hmac);
	if (rc4->legacy)
		OSSL_PROVIDER_unload(rc4->legacy);
	if (rc4->usual)
		OSSL_PROVIDER_unload(rc4->usual);
	OSSL_LIB_CTX_free(rc4->library);
	free(rc4);
}

static bool hmac(const struct keys_rc4 *rc4, const uint8_t *key, struct tr_bytes of, uint8_t *to)
{
	char digest[] = OSSL_DIGEST_NAME_MD5;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(rc4->hmac);
	size_t length;
	bool done = context && EVP_MAC_init(context, key, MD5_SIZE, params) &&
		    EVP_MAC_update(context, of.at, of.length) &&
		    EVP_MAC_final(context, to, &length, MD5_SIZE);

	EVP_MAC_CTX_free(context);
	return done;
}

/* RFC 4757, section 7.3: Kseq of the checksum, Kcrypt of the sequence number; `mask` is what differs in
 * Klocal. */
static bool rc4_key(const struct keys_rc4 *rc4, const krb5_keyblock *session, uint8_t mask,
		    struct tr_bytes of, uint8_t *key)
{
	uint8_t local[MD5_SIZE];
	bool done;

	for (size_t i = 0; i < MD5_SIZE; i++)
		local[i] = session->contents[i] ^ mask;
	done = hmac(rc4, local, (struct tr_bytes){(const uint8_t[4]){0}, 4}, key) && hmac(rc4, key, of, key);
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
	bool done = to && context && cipher.length <= INT32_MAX && rc4_key(rc4, session, mask, of, key) &&
		    EVP_DecryptInit_ex2(context, rc4->cipher, key, NULL, NULL) &&
		    EVP_DecryptUpdate(context, to, &length, cipher.at, (int)cipher.length);

	EVP_CIPHER_CTX_free(context);
	explicit_bzero(key, sizeof(key));
	return (struct tr_bytes){done ? to : NULL, done ? (size_t)length : 0};
}
