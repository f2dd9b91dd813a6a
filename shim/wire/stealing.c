/* SPDX-License-Identifier: MIT */
/*
 * See stealing.h. The first block is mixed with the vector once more, by which libcrypto's own mixing of it
 * is undone: that is a vector of zero without setting one.
 */
#include "shim/wire/stealing.h"

#include <string.h>

enum { BLOCK = STEALING_BLOCK };

static void mix(uint8_t *bytes, const uint8_t *with, size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] ^= with[i];
}

/* Whole blocks. */
static bool run(const struct tap_crypto *crypto, struct stealing *s, uint8_t *bytes, size_t length)
{
	int made = 0;

	return crypto->EVP_CipherUpdate(s->cipher, bytes, &made, bytes, (int)length) > 0 &&
	       (size_t)made == length;
}

bool tap_stealing_begin(const struct tap_crypto *crypto, struct stealing *s, const uint8_t *key, size_t size,
			bool encrypt)
{
	EVP_CIPHER *cipher = size == 16 ? crypto->aes128_cbc : crypto->aes256_cbc;

	memset(s, 0, sizeof(*s));
	s->cipher = crypto->EVP_CIPHER_CTX_new();
	if (s->cipher && crypto->EVP_CipherInit_ex2(s->cipher, cipher, key, s->vector, encrypt, NULL) > 0 &&
	    crypto->EVP_CIPHER_CTX_set_padding(s->cipher, 0) > 0)
		return true;
	tap_stealing_end(crypto, s);
	return false;
}

void tap_stealing_end(const struct tap_crypto *crypto, struct stealing *s)
{
	crypto->EVP_CIPHER_CTX_free(s->cipher);
	memset(s, 0, sizeof(*s));
}

/* Up to there, if that is what it reads. */
static void show(struct stealing_reader *reader, bool ciphertext, const uint8_t *bytes, size_t to)
{
	if (!reader || reader->ciphertext != ciphertext || reader->seen == to)
		return;
	reader->read(reader->who, bytes + reader->seen, to - reader->seen);
	reader->seen = to;
}

static size_t piece_of(const struct stealing_reader *reader, size_t at, size_t whole)
{
	size_t piece = !reader ? whole : at ? reader->piece : reader->first;

	return piece < whole - at ? piece : whole - at;
}

/* Of ciphertext the piece before is shown, which need not be waited for. */
static bool encrypt_whole(const struct tap_crypto *crypto, struct stealing *s, uint8_t *bytes, size_t whole,
			  struct stealing_reader *reader)
{
	size_t n;

	for (size_t at = 0; at < whole; at += n) {
		n = piece_of(reader, at, whole);
		show(reader, false, bytes, at + n);
		if (!at)
			mix(bytes, s->vector, BLOCK);
		if (!run(crypto, s, bytes + at, n))
			return false;
		show(reader, true, bytes, at);
	}
	return true;
}

static bool decrypt_whole(const struct tap_crypto *crypto, struct stealing *s, uint8_t *bytes, size_t whole,
			  struct stealing_reader *reader)
{
	size_t n;

	for (size_t at = 0; at < whole; at += n) {
		n = piece_of(reader, at, whole);
		if (!run(crypto, s, bytes + at, n))
			return false;
		if (!at)
			mix(bytes, s->vector, BLOCK);
		show(reader, false, bytes, at + n);
	}
	return true;
}

bool tap_stealing_encrypt(const struct tap_crypto *crypto, struct stealing *s, uint8_t *bytes, size_t length,
			  struct stealing_reader *reader)
{
	size_t whole = (length - 1) / BLOCK * BLOCK, rest = length - whole;
	uint8_t last[BLOCK] = {0}, *before = bytes + whole - BLOCK;

	if (!whole) {
		if (!encrypt_whole(crypto, s, bytes, BLOCK, reader))
			return false;
		memcpy(s->vector, bytes, BLOCK);
		show(reader, true, bytes, length);
		return true;
	}
	if (!encrypt_whole(crypto, s, bytes, whole, reader))
		return false;
	show(reader, false, bytes, length);
	memcpy(last, bytes + whole, rest);
	if (!run(crypto, s, last, BLOCK))
		return false;
	memcpy(bytes + whole, before, rest);
	memcpy(before, last, BLOCK);
	memcpy(s->vector, last, BLOCK);
	show(reader, true, bytes, length);
	return true;
}

/* The last block of ciphertext, which stands before the cut one, has what was stolen from that. */
bool tap_stealing_decrypt(const struct tap_crypto *crypto, struct stealing *s, uint8_t *bytes, size_t length,
			  struct stealing_reader *reader)
{
	size_t whole = (length - 1) / BLOCK * BLOCK, rest = length - whole;
	uint8_t last[BLOCK], cipher[BLOCK], *before = whole ? bytes + whole - BLOCK : bytes;

	memcpy(last, before, BLOCK);
	memcpy(cipher, before, BLOCK);
	if (!run(crypto, s, last, BLOCK))
		return false;
	mix(last, s->vector, BLOCK);
	memcpy(s->vector, cipher, BLOCK);
	if (!whole) {
		memcpy(bytes, last, BLOCK);
		show(reader, false, bytes, length);
		return true;
	}
	memcpy(cipher, last, BLOCK);
	memcpy(cipher, bytes + whole, rest);
	memcpy(before, cipher, BLOCK);
	mix(last, cipher, rest);
	memcpy(bytes + whole, last, rest);
	if (!decrypt_whole(crypto, s, bytes, whole, reader))
		return false;
	memcpy(s->vector, cipher, BLOCK);
	show(reader, false, bytes, length);
	return true;
}
