/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a token: by each decoder alone and by the whole table, all of it and the first half. The tree
 * is sound whatever the bytes are, and can be put in a phrase, printed as text and as JSON; the time it takes
 * is bounded.
 */
#include "tests/token_sound.h"
#include "tools/token/decode.h"
#include "tools/token/phrase.h"
#include "tools/view/token_view.h"

#include <stdlib.h>
#include <time.h>

#define MOST_S 4 /* of the processor's, under sanitizers, for one input */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(struct token *token)
{
	static struct out out;
	static FILE *sink;
	struct js js;

	if (token_unsound(token)) {
		fprintf(stderr, "%s\n", token_unsound(token));
		abort();
	}
	if (!sink)
		sink = fopen("/dev/null", "w");
	out_init(&out, sink, true, true);
	token_text_tree(&out, token, 4);
	js_init(&js, &out);
	token_json(&js, token);
	out_flush(&out);
}

static time_t spent(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct token token;
	struct tr_bytes bytes = {data, size};
	time_t before = spent();

	for (unsigned i = 0; token_decoder(i); i++) {
		bool known = token_decode_as(&token, token_decoder(i), bytes);

		if (!known && token.count)
			abort(); /* it is not of its kind, and something was added */
		if (known)
			use(&token);
		token_decode(&token, bytes, size + i, token_decoder_places(i), 1767323045123456789ull);
		use(&token);
	}
	token_decode(&token, (struct tr_bytes){data, size / 2}, size, TOKEN_ANYWHERE, 0);
	use(&token);
	if (spent() - before > MOST_S)
		abort();
	return 0;
}
