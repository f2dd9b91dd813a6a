/* SPDX-License-Identifier: MIT */
/*
 * SipHash-2-4-128 of 16 bytes: of a hash, so that nobody without the key can try out what was hashed. Made
 * for the writer, which may call nothing; the tools use the same.
 */
#ifndef TR_SIPHASH_H
#define TR_SIPHASH_H

#include <stdint.h>
#include <string.h>

struct tr_sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t tr_sip_rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void tr_sip_rounds(struct tr_sip *s, int rounds)
{
	while (rounds--) {
		s->v0 += s->v1;
		s->v1 = tr_sip_rotate(s->v1, 13) ^ s->v0;
		s->v0 = tr_sip_rotate(s->v0, 32);
		s->v2 += s->v3;
		s->v3 = tr_sip_rotate(s->v3, 16) ^ s->v2;
		s->v0 += s->v3;
		s->v3 = tr_sip_rotate(s->v3, 21) ^ s->v0;
		s->v2 += s->v1;
		s->v1 = tr_sip_rotate(s->v1, 17) ^ s->v2;
		s->v2 = tr_sip_rotate(s->v2, 32);
	}
}

static inline void tr_sip_word(struct tr_sip *s, uint64_t word)
{
	s->v3 ^= word;
	tr_sip_rounds(s, 2);
	s->v0 ^= word;
}

/* Aumasson and Bernstein, "SipHash: a fast short-input PRF", in its 128-bit form. out may be bytes. */
static inline void tr_siphash(const uint64_t key[2], const uint8_t bytes[16], uint8_t out[16])
{
	struct tr_sip s = {0x736f6d6570736575 ^ key[0], 0x646f72616e646f6d ^ key[1] ^ 0xee,
			   0x6c7967656e657261 ^ key[0], 0x7465646279746573 ^ key[1]};
	uint64_t word[2];

	memcpy(word, bytes, 16);
	tr_sip_word(&s, word[0]);
	tr_sip_word(&s, word[1]);
	tr_sip_word(&s, (uint64_t)16 << 56);
	s.v2 ^= 0xee;
	tr_sip_rounds(&s, 4);
	word[0] = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
	s.v1 ^= 0xdd;
	tr_sip_rounds(&s, 4);
	word[1] = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
	memcpy(out, word, 16);
}

#endif
