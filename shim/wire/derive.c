/* SPDX-License-Identifier: MIT */
/*
 * See derive.h. Both are libcrypto's own: KRB5KDF is DK, and KBKDF in its counter mode is RFC 8009's with the
 * label for salt and no context.
 */
#include "shim/wire/derive.h"

#include <openssl/core_names.h>
#include <string.h>

#define TEXT(name, text)                                                                                     \
	{                                                                                                    \
		(name), OSSL_PARAM_UTF8_STRING, (void *)(uintptr_t)(text), strlen(text), 0                   \
	}
#define BYTES(name, bytes, size)                                                                             \
	{                                                                                                    \
		(name), OSSL_PARAM_OCTET_STRING, (void *)(uintptr_t)(bytes), (size), 0                       \
	}

static bool run(const struct tap_crypto *crypto, EVP_KDF *kdf, const OSSL_PARAM *params, uint8_t *out,
		size_t size)
{
	EVP_KDF_CTX *context = crypto->EVP_KDF_CTX_new(kdf);
	bool done = context && crypto->EVP_KDF_derive(context, out, size, params) > 0;

	crypto->EVP_KDF_CTX_free(context);
	return done;
}

bool tap_derive(const struct tap_crypto *crypto, const struct derive_base *base, const void *constant,
		size_t length, uint8_t *out, size_t size)
{
	const OSSL_PARAM rfc3961[] = {
		TEXT(OSSL_KDF_PARAM_CIPHER, base->size == 16 ? "AES-128-CBC" : "AES-256-CBC"),
		BYTES(OSSL_KDF_PARAM_KEY, base->key, base->size),
		BYTES(OSSL_KDF_PARAM_CONSTANT, constant, length),
		{0},
	};
	const OSSL_PARAM rfc8009[] = {
		TEXT(OSSL_KDF_PARAM_MODE, "counter"),
		TEXT(OSSL_KDF_PARAM_MAC, "HMAC"),
		TEXT(OSSL_KDF_PARAM_DIGEST, base->digest ? base->digest : ""),
		BYTES(OSSL_KDF_PARAM_KEY, base->key, base->size),
		BYTES(OSSL_KDF_PARAM_SALT, constant, length),
		{0},
	};

	return base->digest ? run(crypto, crypto->kbkdf, rfc8009, out, size)
			    : run(crypto, crypto->krb5kdf, rfc3961, out, size);
}

bool tap_derive_usage(const struct tap_crypto *crypto, const struct derive_base *base, uint32_t usage,
		      uint8_t kind, uint8_t *out, size_t size)
{
	const uint8_t constant[5] = {(uint8_t)(usage >> 24), (uint8_t)(usage >> 16), (uint8_t)(usage >> 8),
				     (uint8_t)usage, kind};

	return tap_derive(crypto, base, constant, sizeof(constant), out, size);
}
