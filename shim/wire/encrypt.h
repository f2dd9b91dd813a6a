/* SPDX-License-Identifier: MIT */
/*
 * Encryption of whole messages by AES: aes128-cts-hmac-sha1-96 and aes256-cts-hmac-sha1-96 (RFC 3962, by RFC
 * 3961, 5.3: the MAC is that of the plaintext), aes128-cts-hmac-sha256-128 and aes256-cts-hmac-sha384-192
 * (RFC 8009, 5: that of the ciphertext). One key, one usage, one direction; in place; nothing is allocated
 * for a message: the key schedule and both of HMAC's beginnings are made once.
 *
 *   ENCRYPT_CONFOUNDER bytes | plaintext     becomes     ciphertext of the same length | MAC
 */
#ifndef SHIM_ENCRYPT_H
#define SHIM_ENCRYPT_H

#include "shim/wire/stealing.h"

#include <stddef.h>
#include <stdint.h>

enum { ENCRYPT_CONFOUNDER = STEALING_BLOCK, ENCRYPT_MAC = 24 /* none is longer */ };

union encrypt_hash {
	SHA_CTX sha1;
	SHA256_CTX sha256;
	SHA512_CTX sha384;
};
struct encrypt_key {
	const struct encrypt_type *type;
	struct stealing cipher;
	union encrypt_hash inner, outer; /* HMAC's, after the padded key; inner also after RFC 8009's IV */
};

/* False: not an encryption type of these four, not a key of its size, or libcrypto would not. Nothing is held
 * then. */
bool tap_encrypt_begin(const struct tap_crypto *crypto, struct encrypt_key *key, uint32_t enctype,
		       const void *bytes, size_t size, uint32_t usage, bool encrypt);
/* Wipes all that was derived. */
void tap_encrypt_end(const struct tap_crypto *crypto, struct encrypt_key *key);

size_t tap_encrypt_mac_size(const struct encrypt_key *key);
/* `length` counts the confounder; behind it there is room for the MAC. */
bool tap_encrypt(const struct tap_crypto *crypto, struct encrypt_key *key, uint8_t *message, size_t length);
/* `length` counts the confounder and no MAC, which stands behind. False: the MAC is a wrong one; what lies
 * there then was plaintext of nobody's, and is wiped. */
bool tap_decrypt(const struct tap_crypto *crypto, struct encrypt_key *key, uint8_t *message, size_t length);

#endif
