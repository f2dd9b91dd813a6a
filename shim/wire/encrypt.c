/* SPDX-License-Identifier: MIT */
/* See encrypt.h. */
#include "shim/wire/encrypt.h"

#include "shim/wire/derive.h"

#include <string.h>

enum { LONG_PIECE = 256 }; /* stays in the nearest cache, and is long enough for any way of hashing */

struct encrypt_type {
	uint32_t number;
	const char *digest; /* RFC 8009's; NULL: RFC 3962's */
	uint8_t key, integrity_key, mac, hash, block;
};

static const struct encrypt_type types[] = {
	{17, NULL, 16, 16, 12, SHA_DIGEST_LENGTH, SHA_CBLOCK},
	{18, NULL, 32, 32, 12, SHA_DIGEST_LENGTH, SHA_CBLOCK},
	{19, "SHA256", 16, 16, 16, SHA256_DIGEST_LENGTH, SHA256_CBLOCK},
	{20, "SHA384", 32, 24, 24, SHA384_DIGEST_LENGTH, SHA512_CBLOCK},
};

static void hash_begin(const struct tap_crypto *crypto, const struct encrypt_type *type,
		       union encrypt_hash *hash)
{
	if (type->hash == SHA_DIGEST_LENGTH)
		crypto->SHA1_Init(&hash->sha1);
	else if (type->hash == SHA256_DIGEST_LENGTH)
		crypto->SHA256_Init(&hash->sha256);
	else
		crypto->SHA384_Init(&hash->sha384);
}

static void hash_add(const struct tap_crypto *crypto, const struct encrypt_type *type,
		     union encrypt_hash *hash, const void *bytes, size_t size)
{
	if (type->hash == SHA_DIGEST_LENGTH)
		crypto->SHA1_Update(&hash->sha1, bytes, size);
	else if (type->hash == SHA256_DIGEST_LENGTH)
		crypto->SHA256_Update(&hash->sha256, bytes, size);
	else
		crypto->SHA384_Update(&hash->sha384, bytes, size);
}

static void hash_end(const struct tap_crypto *crypto, const struct encrypt_type *type,
		     union encrypt_hash *hash, uint8_t *out)
{
	if (type->hash == SHA_DIGEST_LENGTH)
		crypto->SHA1_Final(out, &hash->sha1);
	else if (type->hash == SHA256_DIGEST_LENGTH)
		crypto->SHA256_Final(out, &hash->sha256);
	else
		crypto->SHA384_Final(out, &hash->sha384);
}

/* Only what the hash in use has of a state: SHA-1's is less than half of the largest. */
static void hash_copy(const struct encrypt_type *type, union encrypt_hash *to, const union encrypt_hash *from)
{
	if (type->hash == SHA_DIGEST_LENGTH)
		to->sha1 = from->sha1;
	else if (type->hash == SHA256_DIGEST_LENGTH)
		to->sha256 = from->sha256;
	else
		to->sha384 = from->sha384;
}

/* RFC 2104, whose keys are no longer than a block here. */
static void mac_begin(const struct tap_crypto *crypto, struct encrypt_key *key, const uint8_t *integrity)
{
	static const uint8_t iv[16];
	const struct encrypt_type *type = key->type;
	uint8_t pad[SHA512_CBLOCK] = {0};

	memcpy(pad, integrity, type->integrity_key);
	for (unsigned i = 0; i < type->block; i++)
		pad[i] ^= 0x36;
	hash_begin(crypto, type, &key->inner);
	hash_add(crypto, type, &key->inner, pad, type->block);
	if (type->digest)
		hash_add(crypto, type, &key->inner, iv, sizeof(iv));
	for (unsigned i = 0; i < type->block; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	hash_begin(crypto, type, &key->outer);
	hash_add(crypto, type, &key->outer, pad, type->block);
	crypto->OPENSSL_cleanse(pad, sizeof(pad));
}

/* The MAC of one message, as far as that was read. */
struct mac {
	const struct tap_crypto *crypto;
	const struct encrypt_key *key;
	union encrypt_hash hash;
};

static void mac_start(struct mac *mac, const struct tap_crypto *crypto, const struct encrypt_key *key)
{
	mac->crypto = crypto;
	mac->key = key;
	hash_copy(key->type, &mac->hash, &key->inner);
}

static void mac_read(void *who, const uint8_t *bytes, size_t length)
{
	struct mac *mac = who;

	hash_add(mac->crypto, mac->key->type, &mac->hash, bytes, length);
}

static void mac_end(struct mac *mac, uint8_t *out)
{
	const struct tap_crypto *crypto = mac->crypto;
	const struct encrypt_type *type = mac->key->type;

	hash_end(crypto, type, &mac->hash, out);
	hash_copy(type, &mac->hash, &mac->key->outer);
	hash_add(crypto, type, &mac->hash, out, type->hash);
	hash_end(crypto, type, &mac->hash, out);
}

static const struct encrypt_type *type_of(uint32_t number)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i].number == number)
			return &types[i];
	return NULL;
}

bool tap_encrypt_begin(const struct tap_crypto *crypto, struct encrypt_key *key, uint32_t enctype,
		       const void *bytes, size_t size, uint32_t usage, bool encrypt)
{
	const struct encrypt_type *type = type_of(enctype);
	uint8_t derived[32], integrity[32];
	bool made = false;

	memset(key, 0, sizeof(*key));
	if (!type || size != type->key)
		return false;
	key->type = type;
	const struct derive_base base = {bytes, size, type->digest};

	if (tap_derive_usage(crypto, &base, usage, DERIVE_ENCRYPT, derived, type->key) &&
	    tap_derive_usage(crypto, &base, usage, DERIVE_INTEGRITY, integrity, type->integrity_key) &&
	    tap_stealing_begin(crypto, &key->cipher, derived, type->key, encrypt)) {
		mac_begin(crypto, key, integrity);
		made = true;
	}
	crypto->OPENSSL_cleanse(derived, sizeof(derived));
	crypto->OPENSSL_cleanse(integrity, sizeof(integrity));
	if (!made)
		tap_encrypt_end(crypto, key);
	return made;
}

void tap_encrypt_end(const struct tap_crypto *crypto, struct encrypt_key *key)
{
	tap_stealing_end(crypto, &key->cipher);
	crypto->OPENSSL_cleanse(key, sizeof(*key));
}

size_t tap_encrypt_mac_size(const struct encrypt_key *key)
{
	return key->type->mac;
}

/*
 * A piece is a block of the hash's, of which RFC 8009's has a part already, by its IV; the first is longer,
 * so that the shortest messages are one. SHA-384 is done by no
 * instructions of the processor's own, so it leaves nothing to be done beside it, and gains by length.
 */
bool tap_encrypt(const struct tap_crypto *crypto, struct encrypt_key *key, uint8_t *message, size_t length)
{
	const struct encrypt_type *type = key->type;
	uint8_t made[SHA512_DIGEST_LENGTH];
	struct mac mac;
	size_t piece = type->hash == SHA384_DIGEST_LENGTH ? LONG_PIECE : type->block;
	struct stealing_reader reader = {.read = mac_read,
					 .who = &mac,
					 .ciphertext = type->digest,
					 .first = 2 * piece - (type->digest ? ENCRYPT_CONFOUNDER : 0),
					 .piece = piece};

	mac_start(&mac, crypto, key);
	if (!tap_stealing_encrypt(crypto, &key->cipher, message, length, &reader))
		return false;
	mac_end(&mac, made);
	memcpy(message + length, made, type->mac);
	return true;
}

/* What is still encrypted is not decrypted before its MAC was right. */
bool tap_decrypt(const struct tap_crypto *crypto, struct encrypt_key *key, uint8_t *message, size_t length)
{
	uint8_t made[SHA512_DIGEST_LENGTH];
	struct mac mac;
	struct stealing_reader reader = {
		.read = mac_read, .who = &mac, .first = LONG_PIECE, .piece = LONG_PIECE};
	bool same;

	mac_start(&mac, crypto, key);
	if (key->type->digest) {
		mac_read(&mac, message, length);
		mac_end(&mac, made);
		return !crypto->CRYPTO_memcmp(made, message + length, key->type->mac) &&
		       tap_stealing_decrypt(crypto, &key->cipher, message, length, NULL);
	}
	same = tap_stealing_decrypt(crypto, &key->cipher, message, length, &reader);
	mac_end(&mac, made);
	same = same && !crypto->CRYPTO_memcmp(made, message + length, key->type->mac);
	if (!same)
		crypto->OPENSSL_cleanse(message, length);
	return same;
}
