/* SPDX-License-Identifier: MIT */
/* See crypto.h. */
#include "shim/wire/crypto.h"

#include "shim/loader/last_error.h"
#include "shim/loader/next.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#define LIBRARY "libcrypto.so.3"

/*
 * A program that has another OpenSSL within and exports it (node does, for its addons) would have libcrypto
 * call that one's functions on its own structures: then libcrypto looks into itself first. Not otherwise, as
 * RTLD_DEEPBIND takes a preloaded malloc from it, too, and sanitizers refuse it.
 */
static void *open_library(void)
{
	int mode = RTLD_NOW | RTLD_LOCAL;
	void *handle = tap_real_dlopen(LIBRARY, mode | RTLD_NOLOAD);

	if (handle)
		return handle;
	if (tap_real_dlsym(RTLD_DEFAULT, "OPENSSL_init_crypto"))
		mode |= RTLD_DEEPBIND;
	return tap_real_dlopen(LIBRARY, mode);
}

static bool find(struct tap_crypto *crypto, void *handle)
{
#define FIND(name)                                                                                           \
	if (!(crypto->name = (__typeof__(&name))tap_real_dlsym(handle, #name)))                              \
		return false;
	TAP_CRYPTO_CALLS(FIND)
#undef FIND
	return true;
}

/*
 * Without OPENSSL_INIT_NO_ATEXIT libcrypto's globals would be freed at exit while other threads still seal.
 * OPENSSL_INIT_NO_LOAD_CONFIG must not be asked for: it would be for the host as well.
 */
static bool make(struct tap_crypto *crypto)
{
	if (!crypto->OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL))
		return false;
	crypto->own = crypto->OSSL_LIB_CTX_new();
	if (!crypto->own)
		return false;
	crypto->aes128_cbc = crypto->EVP_CIPHER_fetch(crypto->own, "AES-128-CBC", NULL);
	crypto->aes256_cbc = crypto->EVP_CIPHER_fetch(crypto->own, "AES-256-CBC", NULL);
	crypto->krb5kdf = crypto->EVP_KDF_fetch(crypto->own, "KRB5KDF", NULL);
	crypto->kbkdf = crypto->EVP_KDF_fetch(crypto->own, "KBKDF", NULL);
	return crypto->aes128_cbc && crypto->aes256_cbc && crypto->krb5kdf && crypto->kbkdf;
}

bool tap_crypto_load(struct tap_crypto *crypto)
{
	int saved = errno;
	void *kept = tap_last_error_aside(), *handle = open_library();
	bool made = false;

	memset(crypto, 0, sizeof(*crypto));
	if (handle && find(crypto, handle)) {
		crypto->ERR_set_mark();
		made = make(crypto);
		if (!made)
			tap_crypto_unload(crypto);
		crypto->ERR_pop_to_mark();
	}
	tap_last_error_back(kept);
	errno = saved;
	return made;
}

void tap_crypto_unload(struct tap_crypto *crypto)
{
	crypto->EVP_CIPHER_free(crypto->aes128_cbc);
	crypto->EVP_CIPHER_free(crypto->aes256_cbc);
	crypto->EVP_KDF_free(crypto->krb5kdf);
	crypto->EVP_KDF_free(crypto->kbkdf);
	crypto->OSSL_LIB_CTX_free(crypto->own);
	memset(crypto, 0, sizeof(*crypto));
}
