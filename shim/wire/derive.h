/* SPDX-License-Identifier: MIT */
/*
 * Keys from keys: DK of RFC 3961 (5.1, with its n-fold) for the encryption types of RFC 3962, KDF-HMAC-SHA2
 * of RFC 8009 (3) for its own.
 */
#ifndef SHIM_DERIVE_H
#define SHIM_DERIVE_H

#include "shim/wire/crypto.h"

#include <stddef.h>
#include <stdint.h>

enum { DERIVE_ENCRYPT = 0xAA, DERIVE_INTEGRITY = 0x55, DERIVE_CHECKSUM = 0x99 };

struct derive_base {
	const uint8_t *key;
	size_t size;	    /* 16 or 32 bytes */
	const char *digest; /* RFC 8009's: "SHA256" or "SHA384"; NULL: RFC 3961's */
};

/* `size` bytes of key, of a constant. False: libcrypto would not; then out is not to be used. */
bool tap_derive(const struct tap_crypto *crypto, const struct derive_base *base, const void *constant,
		size_t length, uint8_t *out, size_t size);
/* Of a key usage (RFC 3961, 5.3) and one of the kinds above. */
bool tap_derive_usage(const struct tap_crypto *crypto, const struct derive_base *base, uint32_t usage,
		      uint8_t kind, uint8_t *out, size_t size);

#endif
