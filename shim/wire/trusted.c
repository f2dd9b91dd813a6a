/* SPDX-License-Identifier: MIT */
/*
 * See trusted.h. Answers: RFC 3962, appendix B (keys of the first test, and ciphertext stealing), RFC 8009,
 * appendix A (the sample of 21 bytes). RFC 3962 has none of whole messages: those are as MIT's libk5crypto
 * makes them.
 *
 * No thread waits for another that loads: a child of fork would wait for one that it has not. Each makes a
 * table, and the first stays.
 */
#include "shim/wire/trusted.h"

#include "shim/wire/derive.h"
#include "shim/wire/encrypt.h"

#include <stdint.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { USAGE = 2, LENGTH = ENCRYPT_CONFOUNDER + 21 };
enum { AT_ONCE = 32 }; /* further threads that come meanwhile go without */

/* PBKDF2 of "password" and "ATHENA.MIT.EDUraeburn", once; and the keys that DK makes of its halves and of
 * all. */
static const uint8_t folded[32] = "\xcd\xed\xb5\x28\x1b\xb2\xf8\x01\x56\x5a\x11\x22\xb2\x56\x35\x15"
				  "\x0a\xd1\xf7\xa0\x4b\xb9\xf3\xa3\x33\xec\xc0\xe2\xe1\xf7\x08\x37";
static const struct answer {
	uint32_t enctype;
	uint8_t size;
	uint8_t key[32], sealed[LENGTH + ENCRYPT_MAC];
} answers[] = {
	{17, 16, "\x42\x26\x3c\x6e\x89\xf4\xfc\x28\xb8\xdf\x68\xee\x09\x79\x9f\x15",
	 "\xa6\x06\x16\x53\xb5\x14\x61\xbf\xca\xa1\xee\x25\xb9\x70\xb2\xc9"
	 "\xe6\x29\xfb\x76\x55\x67\x68\xd4\x58\xa9\x37\x1d\xc8\x78\xa3\x06"
	 "\xd5\x3f\xe0\x70\x6e\xac\x62\x5a\xcd\x8e\x79\x0a\x21\x36\x8d\x3e\x46"},
	{18, 32,
	 "\xfe\x69\x7b\x52\xbc\x0d\x3c\xe1\x44\x32\xba\x03\x6a\x92\xe6\x5b"
	 "\xbb\x52\x28\x09\x90\xa2\xfa\x27\x88\x39\x98\xd7\x2a\xf3\x01\x61",
	 "\x55\x53\x52\xb9\xa3\x77\xfb\xcd\x26\x61\x15\xe7\xfe\x78\xf4\x89"
	 "\x53\x2a\x6c\x5c\x66\x57\x1b\xc5\xb0\x57\xbd\x9f\xb7\xaa\x6c\xbf"
	 "\xeb\x30\x21\x03\x74\x85\x18\x7c\x0e\xf8\xf5\x58\xda\xa0\xd7\x99\x63"},
	{19, 16, "\x37\x05\xd9\x60\x80\xc1\x77\x28\xa0\xe8\x00\xea\xb6\xe0\xd2\x3c",
	 "\x72\x0f\x73\xb1\x8d\x98\x59\xcd\x6c\xcb\x43\x46\x11\x5c\xd3\x36"
	 "\xc7\x0f\x58\xed\xc0\xc4\x43\x7c\x55\x73\x54\x4c\x31\xc8\x13\xbc"
	 "\xe1\xe6\xd0\x72\xc1\x86\xb3\x9a\x41\x3c\x2f\x92\xca\x9b\x83\x34\xa2\x87\xff\xcb\xfc"},
	{20, 32,
	 "\x6d\x40\x4d\x37\xfa\xf7\x9f\x9d\xf0\xd3\x35\x68\xd3\x20\x66\x98"
	 "\x00\xeb\x48\x36\x47\x2e\xa8\xa0\x26\xd1\x6b\x71\x82\x46\x0c\x52",
	 "\x40\x01\x3e\x2d\xf5\x8e\x87\x51\x95\x7d\x28\x78\xbc\xd2\xd6\xfe"
	 "\x10\x1c\xcf\xd5\x56\xcb\x1e\xae\x79\xdb\x3c\x3e\xe8\x64\x29\xf2"
	 "\xb2\xa6\x02\xac\x86\xfe\xf6\xec\xb6\x47\xd6\x29\x5f\xae\x07\x7a"
	 "\x1f\xeb\x51\x75\x08\xd2\xc1\x6b\x41\x92\xe0\x1f\x62"},
};

/* "chicken teriyaki"; the text's blocks are always of the same ciphertext, the last two in another order. */
static const struct {
	size_t length;
	uint8_t made[48];
} stolen[] = {
	{17, "\xc6\x35\x35\x68\xf2\xbf\x8c\xb4\xd8\xa5\x80\x36\x2d\xa7\xff\x7f\x97"},
	{32, "\x39\x31\x25\x23\xa7\x86\x62\xd5\xbe\x7f\xcb\xcc\x98\xeb\xf5\xa8"
	     "\x97\x68\x72\x68\xd6\xec\xcc\xc0\xc0\x7b\x25\xe2\x5e\xcf\xe5\x84"},
	{47, "\x97\x68\x72\x68\xd6\xec\xcc\xc0\xc0\x7b\x25\xe2\x5e\xcf\xe5\x84"
	     "\xb3\xff\xfd\x94\x0c\x16\xa1\x8c\x1b\x55\x49\xd2\xf8\x38\x02\x9e"
	     "\x39\x31\x25\x23\xa7\x86\x62\xd5\xbe\x7f\xcb\xcc\x98\xeb\xf5"},
};

static bool steals(const struct tap_crypto *crypto, bool encrypt)
{
	static const uint8_t key[16] = "chicken teriyaki";
	static const char text[] = "I would like the General Gau's Chicken, please,";
	struct stealing s;
	bool right = tap_stealing_begin(crypto, &s, key, sizeof(key), encrypt);

	/* Twice: what one message leaves behind must not be seen in the next. */
	for (size_t i = 0; right && i < 2 * COUNT(stolen); i++) {
		const void *made = stolen[i % COUNT(stolen)].made;
		size_t length = stolen[i % COUNT(stolen)].length;
		uint8_t bytes[48];

		memcpy(bytes, encrypt ? text : made, length);
		right = (encrypt ? tap_stealing_encrypt(crypto, &s, bytes, length, NULL)
				 : tap_stealing_decrypt(crypto, &s, bytes, length, NULL)) &&
			!memcmp(bytes, encrypt ? made : text, length);
	}
	tap_stealing_end(crypto, &s);
	return right;
}

static bool answers_rightly(const struct tap_crypto *crypto, const struct answer *answer)
{
	const struct derive_base base = {folded, answer->size, NULL};
	struct encrypt_key in, out;
	uint8_t derived[32], message[LENGTH + ENCRYPT_MAC];
	bool right = true;

	if (answer->enctype < 19)
		right = tap_derive(crypto, &base, "kerberos", 8, derived, answer->size) &&
			!memcmp(derived, answer->key, answer->size);
	if (!tap_encrypt_begin(crypto, &out, answer->enctype, answer->key, answer->size, USAGE, true))
		return false;
	if (tap_encrypt_begin(crypto, &in, answer->enctype, answer->key, answer->size, USAGE, false)) {
		memcpy(message, answer->sealed, sizeof(message));
		right = right && tap_decrypt(crypto, &in, message, LENGTH);
		for (unsigned i = ENCRYPT_CONFOUNDER; i < LENGTH; i++)
			right = right && message[i] == i - ENCRYPT_CONFOUNDER;
		memset(message + LENGTH, 0, ENCRYPT_MAC);
		right = right && tap_encrypt(crypto, &out, message, LENGTH) &&
			!memcmp(message, answer->sealed, LENGTH + tap_encrypt_mac_size(&out));
		message[LENGTH] ^= 1;
		right = right && !tap_decrypt(crypto, &in, message, LENGTH);
		tap_encrypt_end(crypto, &in);
	} else {
		right = false;
	}
	tap_encrypt_end(crypto, &out);
	return right;
}

bool tap_crypto_answers(const struct tap_crypto *crypto)
{
	bool right = steals(crypto, true) && steals(crypto, false);

	for (size_t i = 0; i < COUNT(answers); i++)
		right = right && answers_rightly(crypto, &answers[i]);
	return right;
}

static bool prepare(struct tap_crypto *crypto)
{
	bool right;

	if (!tap_crypto_load(crypto))
		return false;
	crypto->ERR_set_mark();
	right = tap_crypto_answers(crypto);
	crypto->ERR_pop_to_mark();
	if (!right)
		tap_crypto_unload(crypto);
	return right;
}

const struct tap_crypto *tap_crypto(void)
{
	static struct tap_crypto tables[AT_ONCE];
	static const struct tap_crypto none;
	static const struct tap_crypto *known;
	static unsigned taken;
	const struct tap_crypto *first = NULL, *made = __atomic_load_n(&known, __ATOMIC_ACQUIRE);
	unsigned own;

	if (made)
		return made == &none ? NULL : made;
	own = __atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED);
	if (own >= AT_ONCE)
		return NULL;
	made = prepare(&tables[own]) ? &tables[own] : &none;
	if (!__atomic_compare_exchange_n(&known, &first, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		if (made != &none)
			tap_crypto_unload(&tables[own]);
		made = first;
	}
	return made == &none ? NULL : made;
}
