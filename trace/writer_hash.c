/* SPDX-License-Identifier: MIT */
/*
 * The two hashes of a trace. Tokens get XXH3-128: fast, and equal on both ends of a wire, which is what joins
 * two traces. Secrets get SipHash-2-4-128 under a random key, so that a trace cannot be used to guess a
 * password.
 *
 * XXH3 is held to SSE2: an AVX2 version leaves the upper halves dirty, and the SSE code of libk5crypto that
 * follows then runs many times slower.
 */
#define XXH_INLINE_ALL
#ifdef __x86_64__
#define XXH_VECTOR XXH_SSE2
#endif
#include <xxhash.h>

#include "trace/writer.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>

void tr_hash(const void *bytes, size_t length, uint8_t out[16])
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes ? bytes : "", bytes ? length : 0));
	memcpy(out, canonical.digest, 16);
}

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

struct sip {
	uint64_t v0, v1, v2, v3;
};

static void sip_rounds(struct sip *s, int rounds)
{
	while (rounds--) {
		s->v0 += s->v1;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v3;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 += s->v3;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 += s->v1;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v2 = rotate(s->v2, 32);
	}
}

static void sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_rounds(s, 2);
	s->v0 ^= word;
}

/* Aumasson and Bernstein, "SipHash: a fast short-input PRF", in its 128-bit form. */
static void siphash(const uint64_t key[2], const uint8_t *bytes, size_t length, uint8_t out[16])
{
	struct sip s = {0x736f6d6570736575 ^ key[0], 0x646f72616e646f6d ^ key[1] ^ 0xee,
			0x6c7967656e657261 ^ key[0], 0x7465646279746573 ^ key[1]};
	uint64_t word, last = (uint64_t)length << 56;
	size_t i;

	for (i = 0; i + 8 <= length; i += 8) {
		memcpy(&word, bytes + i, 8);
		sip_word(&s, word);
	}
	for (int shift = 0; i < length; i++, shift += 8)
		last |= (uint64_t)bytes[i] << shift;
	sip_word(&s, last);
	s.v2 ^= 0xee;
	sip_rounds(&s, 4);
	word = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
	memcpy(out, &word, 8);
	s.v1 ^= 0xdd;
	sip_rounds(&s, 4);
	word = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
	memcpy(out + 8, &word, 8);
}

void tr_keyed_hash(const void *bytes, size_t length, uint8_t out[16])
{
	static uint64_t key[2];
	static atomic_int state; /* 0 no key, 1 one thread makes it, 2 there; 3 none can be had */
	int expected = 0;

	if (atomic_compare_exchange_strong(&state, &expected, 1))
		atomic_store(&state, getrandom(key, sizeof(key), GRND_NONBLOCK) == sizeof(key) ? 2 : 3);
	/* Without a key in hand (the first microseconds of a race, or no entropy) the length has to do. */
	if (atomic_load(&state) == 2)
		siphash(key, bytes ? bytes : (const uint8_t *)"", bytes ? length : 0, out);
	else
		memset(out, 0, 16);
}
