/* SPDX-License-Identifier: MIT */
/*
 * Memory of a token: pieces that live as long as it does. They are wiped when it ends, since what a key has
 * opened is among them.
 */
#include "tools/token/token.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096

struct token_chunk {
	struct token_chunk *next;
	size_t used, size;
	char data[];
};

void token_reset(struct token *token)
{
	struct token_chunk *chunk = token->chunks, *next;

	for (; chunk; chunk = next) {
		next = chunk->next;
		explicit_bzero(chunk->data, chunk->used);
		chunk->used = 0;
		if (!next) /* one is kept */
			break;
		free(chunk);
	}
	*token = (struct token){.nodes = token->nodes,
				.room = token->room,
				.notes = token->notes,
				.notes_room = token->notes_room,
				.chunks = chunk};
}

void token_free(struct token *token)
{
	token_reset(token);
	free(token->chunks);
	free(token->nodes);
	free(token->notes);
	*token = (struct token){0};
}

void *token_room(struct token *token, size_t size)
{
	struct token_chunk *chunk = token->chunks;
	size_t need = (size + 15) & ~(size_t)15;

	if (!chunk || chunk->size - chunk->used < need) {
		size_t most = need > CHUNK ? need : CHUNK;

		chunk = malloc(sizeof(*chunk) + most);
		if (!chunk) {
			token->failed = true;
			return NULL;
		}
		*chunk = (struct token_chunk){.next = token->chunks, .size = most};
		token->chunks = chunk;
	}
	chunk->used += need;
	return chunk->data + chunk->used - need;
}

const char *token_print_list(struct token *token, const char *format, va_list arguments)
{
	struct token_chunk *chunk = token->chunks;
	size_t left = chunk ? chunk->size - chunk->used : 0;
	char *room = chunk ? chunk->data + chunk->used : NULL;
	va_list again;
	char *text;
	int length;

	/* Most texts are short: they are written where there is room already. */
	va_copy(again, arguments);
	length = vsnprintf(room, left, format, again);
	va_end(again);
	if (length >= 0 && (size_t)length < left)
		return token_room(token, (size_t)length + 1);
	if (room) /* what is there now would not be wiped */
		explicit_bzero(room, left);
	text = length < 0 ? NULL : token_room(token, (size_t)length + 1);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, arguments);
	return text ? text : "";
}

const char *token_print(struct token *token, const char *format, ...)
{
	va_list arguments;
	const char *text;

	va_start(arguments, format);
	text = token_print_list(token, format, arguments);
	va_end(arguments);
	return text;
}
