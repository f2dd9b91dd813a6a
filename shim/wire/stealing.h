/* SPDX-License-Identifier: MIT */
/*
 * AES in CBC mode with ciphertext stealing as RFC 3962 (5) has it, from an initialization vector of zero: the
 * last two blocks are always exchanged. In place, any length from one block on. libcrypto has the mode, too,
 * but to set the vector back for each message costs more than a short message does.
 */
#ifndef SHIM_STEALING_H
#define SHIM_STEALING_H

#include "shim/wire/crypto.h"

#include <stddef.h>
#include <stdint.h>

enum { STEALING_BLOCK = 16 };

struct stealing {
	EVP_CIPHER_CTX *cipher;
	uint8_t vector[STEALING_BLOCK]; /* what libcrypto goes on from: the last block of ciphertext that it
					   saw */
};

/*
 * Who reads a message while it is made. In pieces so small that the processor, which works ahead, has the
 * next one's cipher and this one's digest in hand at the same time: each alone mostly waits for itself.
 */
struct stealing_reader {
	void (*read)(void *who, const uint8_t *bytes, size_t length);
	void *who;
	bool ciphertext;     /* it reads that, and not the plaintext; only of what is encrypted */
	size_t first, piece; /* of whole blocks */
	size_t seen;	     /* so much of the message it has read */
};

/* A key of 16 or 32 bytes, for one direction. False: nothing is held. */
bool tap_stealing_begin(const struct tap_crypto *crypto, struct stealing *s, const uint8_t *key, size_t size,
			bool encrypt);
void tap_stealing_end(const struct tap_crypto *crypto, struct stealing *s);

/* `reader` may be NULL. False: libcrypto would not; then this is of no more use, and what lies there is to be
 * thrown away. */
bool tap_stealing_encrypt(const struct tap_crypto *crypto, struct stealing *s, uint8_t *bytes, size_t length,
			  struct stealing_reader *reader);
bool tap_stealing_decrypt(const struct tap_crypto *crypto, struct stealing *s, uint8_t *bytes, size_t length,
			  struct stealing_reader *reader);

#endif
