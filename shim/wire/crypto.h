/* SPDX-License-Identifier: MIT */
/*
 * libcrypto, for those who seal messages. The shim links nothing, so it is loaded when it is first needed;
 * and it may be the host's own as well, so what is used of it is an OSSL_LIB_CTX of ours, which no
 * configuration file, provider or property of the host's reaches, and no state of the host's is set by it.
 *
 * Random bytes are the kernel's: RAND_bytes_ex takes the method that the host has set, under a lock that is
 * gone when libcrypto ends itself at exit, and that a child of fork may find locked.
 *
 * The low-level SHA functions are deprecated, and there for good: a state of theirs is a structure that can
 * be copied, where EVP allocates for each message.
 */
#ifndef SHIM_CRYPTO_H
#define SHIM_CRYPTO_H

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/sha.h>
#include <stdbool.h>

#define TAP_CRYPTO_CALLS(CALL)                                                                               \
	CALL(OPENSSL_init_crypto)                                                                            \
	CALL(OPENSSL_cleanse)                                                                                \
	CALL(CRYPTO_memcmp)                                                                                  \
	CALL(ERR_set_mark)                                                                                   \
	CALL(ERR_pop_to_mark)                                                                                \
	CALL(OSSL_LIB_CTX_new)                                                                               \
	CALL(OSSL_LIB_CTX_free)                                                                              \
	CALL(EVP_CIPHER_fetch)                                                                               \
	CALL(EVP_CIPHER_free)                                                                                \
	CALL(EVP_CIPHER_CTX_new)                                                                             \
	CALL(EVP_CIPHER_CTX_free)                                                                            \
	CALL(EVP_CipherInit_ex2)                                                                             \
	CALL(EVP_CIPHER_CTX_set_padding)                                                                     \
	CALL(EVP_CipherUpdate)                                                                               \
	CALL(EVP_KDF_fetch)                                                                                  \
	CALL(EVP_KDF_free)                                                                                   \
	CALL(EVP_KDF_CTX_new)                                                                                \
	CALL(EVP_KDF_CTX_free)                                                                               \
	CALL(EVP_KDF_derive)                                                                                 \
	CALL(SHA1_Init)                                                                                      \
	CALL(SHA1_Update)                                                                                    \
	CALL(SHA1_Final)                                                                                     \
	CALL(SHA256_Init)                                                                                    \
	CALL(SHA256_Update)                                                                                  \
	CALL(SHA256_Final)                                                                                   \
	CALL(SHA384_Init)                                                                                    \
	CALL(SHA384_Update)                                                                                  \
	CALL(SHA384_Final)

struct tap_crypto {
	OSSL_LIB_CTX *own;
	EVP_CIPHER *aes128_cbc, *aes256_cbc;
	EVP_KDF *krb5kdf, *kbkdf;
#define MEMBER(name) __typeof__(&name) name;
	TAP_CRYPTO_CALLS(MEMBER)
#undef MEMBER
};

/* False: there is no such library, or it lacks something; then nothing is held. The library stays loaded. */
bool tap_crypto_load(struct tap_crypto *crypto);
void tap_crypto_unload(struct tap_crypto *crypto);

#endif
