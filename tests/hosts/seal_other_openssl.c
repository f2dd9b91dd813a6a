/* SPDX-License-Identifier: MIT */
/*
 * A program that has another OpenSSL within and exports it, as node does: libcrypto's own calls would come
 * here. Prints what they are, and whether messages can be sealed.
 */
#include "shim/wire/trusted.h"
#include "tests/seal_loader.h"

#include <stdio.h>

int OPENSSL_init_crypto(uint64_t options, const OPENSSL_INIT_SETTINGS *settings)
{
	(void)options, (void)settings;
	puts("OPENSSL_init_crypto of the program");
	return 0;
}

void *CRYPTO_zalloc(size_t size, const char *file, int line)
{
	(void)size, (void)file, (void)line;
	puts("CRYPTO_zalloc of the program");
	return NULL;
}

int main(void)
{
	puts(tap_crypto() ? "seals" : "does not seal");
	return 0;
}
