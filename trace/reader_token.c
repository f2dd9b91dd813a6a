/* SPDX-License-Identifier: MIT */
/*
 * A packet holds one token, a call can have two: the input token goes ahead in an event of its own, which
 * waits here for its call. What waits is bounded; a token whose call never comes is delivered by itself.
 */
#include "trace/reader_private.h"

#include <stdlib.h>
#include <string.h>

static struct tr_pending *vacant(struct tr_tokens *tokens)
{
	if (!tokens->pending)
		tokens->pending = calloc(TR_PENDING_MAX, sizeof(*tokens->pending));
	for (size_t i = 0; tokens->pending && i < TR_PENDING_MAX; i++)
		if (!tokens->pending[i].used)
			return &tokens->pending[i];
	return NULL;
}

static const uint8_t *moved(const uint8_t *at, const uint8_t *from, const uint8_t *to)
{
	return at ? to + (at - from) : NULL;
}

bool tr_tokens_keep(struct tr_tokens *tokens, const uint8_t *buffer, const struct tr_event *event)
{
	struct tr_value of_seq;
	struct tr_pending *slot;
	uint32_t length = tr_u32(buffer + 4);

	if (!tr_event_find(event, TR_F_OF_SEQ, &of_seq))
		return false;
	slot = vacant(tokens);
	if (!slot)
		return false;
	if (slot->room < length) {
		free(slot->block);
		slot->block = malloc(length);
		slot->room = slot->block ? length : 0;
		if (!slot->block)
			return false;
	}
	memcpy(slot->block, buffer, length);
	slot->event = *event;
	slot->event.fields.at = moved(event->fields.at, buffer, slot->block);
	slot->event.fields.end = moved(event->fields.end, buffer, slot->block);
	slot->event.comment.at = moved(event->comment.at, buffer, slot->block);
	slot->event.packet.at = moved(event->packet.at, buffer, slot->block);
	for (int i = 0; i <= TR_WHERE_MESSAGE; i++)
		slot->event.bytes[i].at = moved(event->bytes[i].at, buffer, slot->block);
	slot->of_seq = tr_value_uint(&of_seq);
	slot->order = tokens->order++;
	slot->used = true;
	tokens->count++;
	return true;
}

static bool belongs(const struct tr_pending *token, const struct tr_event *call)
{
	return token->used && token->of_seq == call->head.seq && token->event.head.pid == call->head.pid &&
	       token->event.head.tid == call->head.tid && token->event.file == call->file;
}

static bool lend(struct tr_tokens *tokens, struct tr_pending *token)
{
	if (tokens->lent_count == sizeof(tokens->lent) / sizeof(tokens->lent[0]))
		return false;
	tokens->lent[tokens->lent_count++] = token;
	return true;
}

void tr_tokens_join(struct tr_tokens *tokens, struct tr_event *call)
{
	size_t left = tokens->count;

	for (size_t i = 0; left && i < TR_PENDING_MAX; i++) {
		struct tr_pending *token = &tokens->pending[i];

		left -= token->used;
		if (!belongs(token, call) || !lend(tokens, token))
			continue;
		for (int where = TR_WHERE_IN_TOKEN; where <= TR_WHERE_MESSAGE; where++)
			if (token->event.bytes[where].length && !call->bytes[where].length)
				call->bytes[where] = token->event.bytes[where];
	}
}

bool tr_tokens_orphan(struct tr_tokens *tokens, struct tr_event *event)
{
	struct tr_pending *oldest = NULL;

	for (size_t i = 0; tokens->count && i < TR_PENDING_MAX; i++)
		if (tokens->pending[i].used && (!oldest || tokens->pending[i].order < oldest->order))
			oldest = &tokens->pending[i];
	if (!oldest || !lend(tokens, oldest))
		return false;
	*event = oldest->event;
	return true;
}

void tr_tokens_release(struct tr_tokens *tokens)
{
	while (tokens->lent_count) {
		tokens->lent[--tokens->lent_count]->used = false;
		tokens->count--;
	}
}

void tr_tokens_free(struct tr_tokens *tokens)
{
	for (size_t i = 0; tokens->pending && i < TR_PENDING_MAX; i++)
		free(tokens->pending[i].block);
	free(tokens->pending);
}
