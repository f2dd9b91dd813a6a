/* SPDX-License-Identifier: MIT */
/* See event_token.h. One tree is kept from token to token. */
#include "tools/view/event_token.h"

#include "tools/token/decode.h"
#include "tools/token/open.h"
#include "tools/view/contexts.h"

static struct token_keys *keys; /* NULL: nothing is opened */
static struct contexts *contexts;

bool event_token_keys(struct token_keys *wanted)
{
	contexts_free(contexts);
	contexts = wanted ? contexts_new(wanted) : NULL;
	keys = contexts ? wanted : NULL;
	return !wanted || contexts;
}

/* All bytes of the message that a call is about, if the trace has them. */
static bool message_of(const struct tr_event *event, struct tr_bytes *bytes)
{
	struct tr_value value;

	if (!tr_event_find(event, TR_F_MESSAGE, &value))
		return false;
	*bytes = tr_value_bytes(event, &value);
	return bytes->length == tr_value_token(&value).length;
}

struct token *event_token(const struct tr_event *event, const struct tr_value *value)
{
	static struct token token;
	struct tr_bytes bytes = tr_value_bytes(event, value), message;
	unsigned places = value->id == TR_F_MESSAGE ? TOKEN_IN_SIGNED : TOKEN_IN_HANDSHAKE | TOKEN_IN_MESSAGE;

	if (!bytes.length || !token_decode(&token, bytes, tr_value_token(value).length, places, event->time))
		return NULL;
	if (keys && value->id != TR_F_MESSAGE)
		token_open(&token, keys, contexts_session(contexts, event),
			   message_of(event, &message) ? &message : NULL);
	return token.failed ? NULL : &token;
}

void event_token_learn(const struct tr_event *event)
{
	struct tr_cursor cursor = event->fields;
	struct tr_value value;

	if (!keys || event->head.event != TR_E_call ||
	    (event->head.call != TR_gss_init_sec_context && event->head.call != TR_gss_accept_sec_context))
		return;
	while (tr_cursor_next(&cursor, &value))
		if (value.id == TR_F_IN_TOKEN || value.id == TR_F_OUT_TOKEN)
			event_token(event, &value);
}

void event_token_ended(const struct tr_event *event)
{
	if (keys)
		contexts_end(contexts, event);
}
