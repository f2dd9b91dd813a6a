/* SPDX-License-Identifier: MIT */
/*
 * Anything that somebody may give as a token: as text or bytes, on the command line or in a file. What comes
 * out is never longer than what was given, and either it can be decoded or there is a word for what it is.
 */
#include "tools/token/input.h"
#include "tools/token/decode.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct token token;
	struct input input;

	input_read(&input, (struct tr_bytes){data, size});
	if (input.bytes.length > size || input.length < input.bytes.length || input.noted > INPUT_NOTES)
		abort();
	if (!token_decode(&token, input.bytes, input.length, TOKEN_ANYWHERE, 0) &&
	    !strlen(input_looks_like(input.bytes)))
		abort();
	input_free(&input);
	return 0;
}
