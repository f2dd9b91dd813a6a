/* SPDX-License-Identifier: MIT */
/*
 * What a token is, by the table decoders.def: each decoder says whether the bytes are of its kind. Where they
 * were found is told, since some kinds can be known by nothing else.
 */
#ifndef TOOLS_TOKEN_DECODE_H
#define TOOLS_TOKEN_DECODE_H

#include "tools/token/token.h"

/*
 * Decodes a token that had `length` bytes, of which `bytes` are there; they must stay valid as long as the
 * token is read. time: when it was seen, ns since the epoch, or 0. False: nobody knows what it is (the tree
 * is empty then, but for notes).
 */
bool token_decode(struct token *token, struct tr_bytes bytes, uint64_t length, unsigned places,
		  uint64_t time);

/* One by its name in decoders.def: for tests. False as above, or no such decoder. */
bool token_decode_as(struct token *token, const char *name, struct tr_bytes bytes);
/* The names, by number from 0; NULL after the last. */
const char *token_decoder(unsigned number);
/* Where its bytes can be found: enum token_place. */
unsigned token_decoder_places(unsigned number);

#endif
