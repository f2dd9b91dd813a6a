/* SPDX-License-Identifier: MIT */
/*
 * seal_against_mit: the shim's sealing makes the tokens that MIT's libgssapi makes, to the byte, and each
 * takes the other's. In a realm; a line for each thing that was found to be the same.
 */
#include "tests/hosts/seal_pair.h"

/* Sizes that have all edges of blocks, of SHA's padding, and of what 16 bits can say. */
static int next_size(int n)
{
	return n < 300 ? n + 1 : n < 4000 ? n + 61 : n > 65480 && n < 65560 ? n + 1 : n + 1237;
}

/* libgssapi's token, made once more with its confounder and its number. */
static void remake(struct side *from, const gss_buffer_desc *token, const uint8_t *confounder, size_t n)
{
	static uint8_t made[ROOM];
	size_t length;

	from->ours.process = tap_lineage();
	from->ours.used = 0;
	memcpy(from->ours.pool.confounders, confounder, ENCRYPT_CONFOUNDER);
	memcpy(made + SEAL_HEAD, pattern(n), n);
	length = tap_seal_wrap(&from->ours, made, n);
	if (length != token->length || memcmp(made, token->value, length))
		die("%zu bytes: not the token that libgssapi makes", n);
}

static void mit_to_ours(struct side *from, struct side *to, size_t n)
{
	gss_buffer_desc message = {n, pattern(n)}, token;
	static uint8_t taken[ROOM];
	uint8_t *plain;
	size_t length;

	need(gss_wrap(&minor, from->mit, 1, GSS_C_QOP_DEFAULT, &message, NULL, &token), "wrap");
	memcpy(taken, token.value, token.length);
	need(tap_seal_unwrap(&to->ours, taken, token.length, &plain, &length), "our unwrap");
	if (length != n || memcmp(plain, message.value, n))
		die("%zu bytes of libgssapi's are not understood here", n);
	remake(from, &token, taken + SEAL_HEADER, n);
	gss_release_buffer(&minor, &token);
}

static void ours_to_mit(struct side *from, struct side *to, size_t n)
{
	static uint8_t made[ROOM];
	gss_buffer_desc token = {0, made}, message;
	int sealed = 0;

	memcpy(made + SEAL_HEAD, pattern(n), n);
	token.length = tap_seal_wrap(&from->ours, made, n);
	if (token.length != n + tap_seal_overhead(&from->ours))
		die("%zu bytes: a token of %zu", n, token.length);
	need(gss_unwrap(&minor, to->mit, &token, &message, &sealed, NULL), "unwrap");
	if (!sealed || message.length != n || (n && memcmp(message.value, pattern(n), n)))
		die("%zu bytes of ours are not understood there", n);
	gss_release_buffer(&minor, &message);
}

static void all_sizes(OM_uint32 mutual)
{
	struct pair pair;
	int count = 0;

	establish(&pair, mutual | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG);
	begin_both(&pair);
	for (int n = 0; n <= LARGEST;
	     n = n < LARGEST && next_size(n) > LARGEST ? LARGEST : next_size(n), count++) {
		mit_to_ours(&pair.initiator, &pair.acceptor, (size_t)n);
		mit_to_ours(&pair.acceptor, &pair.initiator, (size_t)n);
	}
	end(&pair);
	establish(&pair, mutual | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG);
	begin_both(&pair);
	for (int n = 0; n <= LARGEST; n = n < LARGEST && next_size(n) > LARGEST ? LARGEST : next_size(n)) {
		ours_to_mit(&pair.initiator, &pair.acceptor, (size_t)n);
		ours_to_mit(&pair.acceptor, &pair.initiator, (size_t)n);
	}
	end(&pair);
	printf("%s%s: %d sizes both ways, the same bytes\n", enctype, mutual ? "" : " without a subkey",
	       count);
}

/* After some messages of libgssapi's both ways its context is taken over. */
static void taken_over(void)
{
	struct pair pair;

	for (uint64_t before = 0; before < 70; before += 23) {
		establish(&pair, GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG);
		for (uint64_t i = 0; i < before; i++) {
			gss_buffer_desc message = {5, "hello"}, token, out;

			need(gss_wrap(&minor, pair.initiator.mit, 1, 0, &message, NULL, &token), "wrap");
			need(gss_unwrap(&minor, pair.acceptor.mit, &token, &out, NULL, NULL), "unwrap");
			gss_release_buffer(&minor, &token);
			gss_release_buffer(&minor, &out);
		}
		begin(&pair.initiator, pair.flags, 0, true);
		begin(&pair.acceptor, pair.flags, before, true);
		ours_to_mit(&pair.initiator, &pair.acceptor, 100);
		begin(&pair.initiator, pair.flags, 0, true);
		mit_to_ours(&pair.initiator, &pair.acceptor, 100);
		end(&pair);
	}
	printf("%s: taken over after messages\n", enctype);
}

static void numbers_pass(uint64_t edge)
{
	struct pair pair;

	establish_at(&pair, GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG, edge - 5);
	for (int i = 0; i < 10; i++) {
		mit_to_ours(&pair.initiator, &pair.acceptor, 33);
		mit_to_ours(&pair.acceptor, &pair.initiator, 33);
	}
	end(&pair);
	establish_at(&pair, GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG, edge - 5);
	for (int i = 0; i < 10; i++) {
		ours_to_mit(&pair.initiator, &pair.acceptor, 33);
		ours_to_mit(&pair.acceptor, &pair.initiator, 33);
	}
	end(&pair);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	all_sizes(GSS_C_MUTUAL_FLAG);
	all_sizes(0);
	taken_over();
	numbers_pass((uint64_t)1 << 32);
	numbers_pass(0);
	printf("%s: numbers pass 2^32 and 2^64\n", enctype);
	return 0;
}
