/* SPDX-License-Identifier: MIT */
/*
 * The two hashes of a trace. Tokens get XXH3-128: fast, and equal on both ends of a wire, which is what joins
 * two traces. Secrets and messages get SipHash-2-4-128 of that under a random key, so that nobody can try out
 * what has few possible values, a password or a PIN, against a trace. XXH3 alone would not do with a key: of
 * short inputs its mixing can be undone, and one known message would give the key away.
 *
 * XXH3 is held to SSE2: an AVX2 version leaves the upper halves dirty, and the SSE code of libk5crypto that
 * follows then runs many times slower.
 */
#define XXH_INLINE_ALL
#ifdef __x86_64__
#define XXH_VECTOR XXH_SSE2
#endif
#include <xxhash.h>

#include "trace/siphash.h"
#include "trace/writer_private.h"

#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t key[2];
static bool has_key; /* without entropy there is none, and the length has to do */

void tr_hash(const void *bytes, size_t length, uint8_t out[16])
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes ? bytes : "", bytes ? length : 0));
	memcpy(out, canonical.digest, 16);
}

void tr_hash_start(void)
{
	has_key = syscall(SYS_getrandom, key, sizeof(key), GRND_NONBLOCK) == sizeof(key);
}

void tr_keyed_hash(const void *bytes, size_t length, uint8_t out[16])
{
	memset(out, 0, 16);
	if (!has_key)
		return;
	tr_hash(bytes, length, out);
	tr_siphash(key, out, out);
}

/*
 * The secret is the key, and what is hashed is known: so nothing of the secret can be had back from it, and
 * who has the same secret gets the same. It must hold random keys, or it could be guessed.
 */
void tr_hash_in_common(const void *secret, size_t length, uint8_t out[16])
{
	static const uint8_t known[16] = "exported context";
	uint64_t by[2];
	uint8_t bytes[16];

	tr_hash(secret, length, bytes);
	memcpy(by, bytes, sizeof(by));
	tr_siphash(by, known, out);
}

struct tr_token tr_token_of_parts(bool (*next)(void *walk, const void **bytes, size_t *length), void *walk,
				  bool secret)
{
	struct tr_token token = {.flags = secret ? TR_TOKEN_KEYED : 0};
	XXH128_canonical_t canonical;
	XXH3_state_t state; /* 576 bytes */
	const void *bytes;
	size_t length;

	XXH3_128bits_reset(&state);
	while (next(walk, &bytes, &length)) {
		XXH3_128bits_update(&state, bytes, length);
		token.length += length;
	}
	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
	if (!secret)
		memcpy(token.hash, canonical.digest, sizeof(token.hash));
	else if (has_key)
		tr_siphash(key, canonical.digest, token.hash);
	return token;
}
