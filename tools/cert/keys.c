/* SPDX-License-Identifier: MIT */
/* The keys of a certificate: Curve25519's (RFC 7748), by libcrypto. */
#include "tools/cert/cert.h"

#include <openssl/evp.h>
#include <string.h>

bool cert_generate(struct cert *cert)
{
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	size_t length = Z85_BYTES, secret_length = Z85_BYTES;

	cert->has_public = cert->has_secret =
		pair && EVP_PKEY_get_raw_public_key(pair, cert->public_key, &length) == 1 &&
		EVP_PKEY_get_raw_private_key(pair, cert->secret_key, &secret_length) == 1;
	EVP_PKEY_free(pair);
	if (cert->has_public)
		z85_encode(cert->public_key, cert->public_text);
	return cert->has_public;
}

static bool belongs(const struct cert *cert)
{
	EVP_PKEY *secret = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, cert->secret_key, Z85_BYTES);
	uint8_t public_key[Z85_BYTES];
	size_t length = sizeof(public_key);
	bool same = secret && EVP_PKEY_get_raw_public_key(secret, public_key, &length) == 1 &&
		    !memcmp(public_key, cert->public_key, Z85_BYTES);

	EVP_PKEY_free(secret);
	return same;
}

/* With a point of small order (RFC 7748, section 6.1) everybody knows what is agreed on: libcrypto refuses.
 */
static bool agrees(const struct cert *cert)
{
	static const uint8_t any[Z85_BYTES] = {8, 1};
	EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, any, sizeof(any));
	EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, cert->public_key, Z85_BYTES);
	EVP_PKEY_CTX *context = own ? EVP_PKEY_CTX_new(own, NULL) : NULL;
	uint8_t shared[Z85_BYTES];
	size_t length = sizeof(shared);
	bool agreed = context && peer && EVP_PKEY_derive_init(context) == 1 &&
		      EVP_PKEY_derive_set_peer(context, peer) == 1 &&
		      EVP_PKEY_derive(context, shared, &length) == 1;

	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(own);
	return agreed;
}

const char *cert_keys_wrong(const struct cert *cert)
{
	static const uint8_t zero[Z85_BYTES];

	if (!memcmp(cert->public_key, zero, Z85_BYTES))
		return "the public key is all zero";
	if (cert->has_secret && !memcmp(cert->secret_key, zero, Z85_BYTES))
		return "the secret key is all zero";
	if (cert->has_secret && !belongs(cert))
		return "the secret key is not that of the public key";
	if (!agrees(cert))
		return "the public key is of small order: it protects nothing";
	return NULL;
}
