/* SPDX-License-Identifier: MIT */
/*
 * What an authenticated peer may send for a wrap token. The first byte says by which keys and to whom; then
 * comes a token, or, where its highest bit is set, what a token has within: a header and what is sealed
 * behind it, here by the right key, so that what is checked behind the MAC is reached as well.
 */
#include "shim/wire/seal.h"
#include "shim/wire/trusted.h"
#include "tests/seal_loader.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	BY_KEY = 3,
	TO_INITIATOR = 4,
	BY_SUBKEY = 8,
	NO_FLAGS = 16,
	SEALED_HERE = 128,
	FIRST = 17,
	NUMBER = 5
};

static struct peers {
	struct seal to;
	struct encrypt_key from[2];
} all[4][2];

static struct peers *peers(unsigned choice)
{
	static uint8_t keys[2][32] = {"the key of a context, to fuzz it", "the subkey that an acceptor made"};
	struct peers *one = &all[choice & BY_KEY][!!(choice & TO_INITIATOR)];
	uint32_t type = FIRST + (choice & BY_KEY), size = type % 2 ? 16 : 32;
	gss_krb5_lucid_context_v1_t lucid = {.version = 1,
					     .protocol = 1,
					     .initiate = !!(choice & TO_INITIATOR),
					     .cfx_kd = {1, {type, size, keys[0]}, {type, size, keys[1]}}};

	if (one->to.crypto)
		return one;
	if (!tap_seal_begin(&one->to, &lucid, 0, 0))
		abort();
	for (int i = 0; i < 2; i++)
		if (!tap_encrypt_begin(one->to.crypto, &one->from[i], type, keys[i], size,
				       lucid.initiate ? 22 : 24, true))
			abort();
	return one;
}

/* Returns the token's length. */
static size_t take(struct peers *p, unsigned choice, const uint8_t *data, size_t size, uint8_t **token)
{
	struct encrypt_key *key = &p->from[!!(choice & BY_SUBKEY)];
	size_t message = ENCRYPT_CONFOUNDER + size - SEAL_HEADER;

	if (!(choice & SEALED_HERE) || size < SEAL_HEADER) {
		*token = malloc(size ? size : 1);
		memcpy(*token, data, size);
		return size;
	}
	*token = calloc(1, SEAL_HEADER + message + tap_encrypt_mac_size(key));
	memcpy(*token, data, SEAL_HEADER);
	memcpy(*token + SEAL_HEAD, data + SEAL_HEADER, size - SEAL_HEADER);
	if (!tap_encrypt(p->to.crypto, key, *token + SEAL_HEADER, message))
		abort();
	return SEAL_HEADER + message + tap_encrypt_mac_size(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned choice = size ? data[0] : 0;
	struct peers *p = peers(choice);
	uint8_t *token, *plain;
	size_t length, n;
	OM_uint32 major;

	if (!size)
		return 0;
	n = take(p, choice, data + 1, size - 1, &token);
	tap_sequence_begin(&p->to.came, NUMBER, 0,
			   choice & NO_FLAGS ? 0 : GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG);
	major = tap_seal_unwrap(&p->to, token, n, &plain, &length);
	if (GSS_ERROR(major) ? plain || length
			     : plain != token + SEAL_HEAD || length > n - tap_seal_overhead(&p->to))
		abort();
	free(token);
	return 0;
}
