/* SPDX-License-Identifier: MIT */
/* What is kept of a handshake's token: a phrase. */
#include "tools/token/decode.h"
#include "tools/token/phrase.h"
#include "tools/view/timeline.h"

#include <string.h>

/* One tree is kept from token to token. */
void timeline_phrase(struct model_token *token, uint64_t time)
{
	static struct token tree;
	struct tr_bytes bytes = {(const uint8_t *)token->bytes.at, token->bytes.length};
	const char *text;

	if (!token_decode(&tree, bytes, token->length, TOKEN_IN_HANDSHAKE, time) || tree.failed)
		return;
	text = token_phrase(&tree);
	/* What there is no memory for is not said. */
	model_text_set(&token->phrase, (struct model_text){(char *)(uintptr_t)text, strlen(text)});
}
