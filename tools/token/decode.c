/* SPDX-License-Identifier: MIT */
/* The table of decoders, and the way into it; see decode.h. */
#include "tools/token/decode.h"

#include "tools/token/decoders.h"

#include <string.h>

#define HANDSHAKE TOKEN_IN_HANDSHAKE
#define MESSAGE TOKEN_IN_MESSAGE
#define NAME TOKEN_IN_NAME
#define CONTEXT TOKEN_IN_CONTEXT
#define BINDINGS TOKEN_IN_BINDINGS
#define SIGNED TOKEN_IN_SIGNED
#define WIRE TOKEN_IN_WIRE
#define ZAP TOKEN_IN_ZAP
#define OIDS TOKEN_IN_OIDS
#define OPENED TOKEN_IN_OPENED

static const struct {
	const char *name;
	unsigned places;
	bool (*decode)(struct token *token, struct tr_bytes bytes);
} decoders[] = {
#define DECODER(name, places) {#name, places, dec_##name},
#include "tools/token/decoders.def"
#undef DECODER
};

#define COUNT (sizeof(decoders) / sizeof(decoders[0]))

static bool dispatch(struct token *token, struct tr_bytes bytes, unsigned places)
{
	for (size_t i = 0; i < COUNT && bytes.length; i++)
		if ((decoders[i].places & places) && decoders[i].decode(token, bytes))
			return true;
	return false;
}

static void begin(struct token *token, struct tr_bytes bytes, uint64_t length, uint64_t time)
{
	token_reset(token);
	token->bytes = bytes;
	token->length = length;
	token->time = time;
	token->dispatch = dispatch;
	if (length > bytes.length)
		token_note(token, "%zu of %ju bytes are there: cut", bytes.length, (uintmax_t)length);
}

bool token_decode(struct token *token, struct tr_bytes bytes, uint64_t length, unsigned places, uint64_t time)
{
	begin(token, bytes, length, time);
	return dispatch(token, bytes, places);
}

bool token_decode_as(struct token *token, const char *name, struct tr_bytes bytes)
{
	begin(token, bytes, bytes.length, 0);
	for (size_t i = 0; i < COUNT; i++)
		if (!strcmp(decoders[i].name, name))
			return bytes.length && decoders[i].decode(token, bytes);
	return false;
}

const char *token_decoder(unsigned number)
{
	return number < COUNT ? decoders[number].name : NULL;
}

unsigned token_decoder_places(unsigned number)
{
	return number < COUNT ? decoders[number].places : 0;
}
