/* SPDX-License-Identifier: MIT */
/* See event_token.h. One tree is kept from token to token. */
#include "tools/view/event_token.h"

#include "tools/token/decode.h"

struct token *event_token(const struct tr_event *event, const struct tr_value *value)
{
	static struct token token;
	struct tr_bytes bytes = tr_value_bytes(event, value);
	unsigned places = value->id == TR_F_MESSAGE ? TOKEN_IN_SIGNED : TOKEN_IN_HANDSHAKE | TOKEN_IN_MESSAGE;

	if (!bytes.length || !token_decode(&token, bytes, tr_value_token(value).length, places, event->time))
		return NULL;
	return token.failed ? NULL : &token;
}
