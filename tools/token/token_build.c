/* SPDX-License-Identifier: MIT */
/* The tree that decoders build; see token.h. Once memory is out nothing more is added, and `failed` says so.
 */
#include "tools/token/token.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MOST 8192 /* more than any real token: 2000 groups in a PAC are 64 KB, and shown as one */
#define NOTES_MOST 64
#define DEEPEST 40 /* of groups; JSON's writer takes 60 */

static void *grow(void *array, uint32_t *room, size_t size)
{
	uint32_t more = *room ? 2 * *room : 64;
	void *larger = reallocarray(array, more, size);

	if (larger)
		*room = more;
	return larger;
}

/* NULL: not added. The root is there before the first. */
static struct token_node *add(struct token *token, const char *name, enum token_type type,
			      struct tr_bytes raw)
{
	struct token_node *node, *parent;

	if (token->failed || token->full)
		return NULL;
	if (token->count == NODES_MOST) {
		token_note(token, "more than %d values: the rest is not shown", NODES_MOST);
		token->full = true;
		return NULL;
	}
	if (token->count + 1 >= token->room) {
		struct token_node *more = grow(token->nodes, &token->room, sizeof(*more));

		token->failed = !more;
		if (!more)
			return NULL;
		token->nodes = more;
	}
	if (!token->count)
		token->nodes[token->count++] = (struct token_node){.type = TOKEN_GROUP};
	node = &token->nodes[token->count];
	*node = (struct token_node){.name = name, .type = type, .raw = raw, .parent = token->current};
	parent = &token->nodes[token->current];
	if (parent->last)
		token->nodes[parent->last].next = token->count;
	else
		parent->child = token->count;
	parent->last = token->count++;
	return node;
}

/* What goes deeper than anything real is left out with a note; begin and end stay paired. */
static void begin(struct token *token, const char *name, const char *title, enum token_type type,
		  struct tr_bytes raw)
{
	struct token_node *node;

	if (token->depth++ >= DEEPEST) {
		token_note(token, "nested deeper than %d: the rest is not shown", DEEPEST);
		return;
	}
	node = add(token, name, type, raw);
	if (!node)
		return;
	node->title = title;
	token->current = token->count - 1;
}

void token_begin_message(struct token *token, const char *name, const char *title, struct tr_bytes raw)
{
	begin(token, name, title, TOKEN_MESSAGE, raw);
}

void token_begin(struct token *token, const char *name, struct tr_bytes raw)
{
	begin(token, name, NULL, TOKEN_GROUP, raw);
}

void token_begin_list(struct token *token, const char *name, struct tr_bytes raw)
{
	begin(token, name, NULL, TOKEN_LIST, raw);
}

static unsigned level(const struct token *token)
{
	unsigned up = 0;

	for (uint32_t i = token->current; i; i = token->nodes[i].parent)
		up++;
	return up;
}

void token_end(struct token *token)
{
	token->depth--;
	if (!token->failed && token->count && level(token) > token->depth)
		token->current = token->nodes[token->current].parent;
}

void token_enter(struct token *token, uint32_t node)
{
	token->current = node;
	token->depth = level(token);
}

void token_leave(struct token *token)
{
	token->current = 0;
	token->depth = 0;
}

static void number(struct token *token, const char *name, enum token_type type, struct tr_bytes raw,
		   uint64_t value, const char *word)
{
	struct token_node *node = add(token, name, type, raw);

	if (!node)
		return;
	node->number = value;
	node->word = word;
}

void token_unsigned(struct token *token, const char *name, struct tr_bytes raw, uint64_t value,
		    const char *word)
{
	number(token, name, TOKEN_UNSIGNED, raw, value, word);
}

void token_signed(struct token *token, const char *name, struct tr_bytes raw, int64_t value, const char *word)
{
	number(token, name, TOKEN_SIGNED, raw, (uint64_t)value, word);
}

void token_bool(struct token *token, const char *name, struct tr_bytes raw, bool value)
{
	number(token, name, TOKEN_BOOL, raw, value, NULL);
}

void token_flags(struct token *token, const char *name, struct tr_bytes raw, uint32_t value,
		 const struct token_flag *flags)
{
	struct token_node *node = add(token, name, TOKEN_FLAGS, raw);

	if (!node)
		return;
	node->number = value;
	node->flags = flags;
}

static void bytes(struct token *token, const char *name, enum token_type type, struct tr_bytes at,
		  uint64_t length)
{
	struct token_node *node = add(token, name, type, at);

	if (!node)
		return;
	node->text = at;
	node->number = length;
}

void token_text(struct token *token, const char *name, struct tr_bytes text)
{
	bytes(token, name, TOKEN_TEXT, text, text.length);
}

void token_made_text(struct token *token, const char *name, struct tr_bytes raw, const char *text)
{
	struct token_node *node = add(token, name, TOKEN_TEXT, raw);

	if (node)
		node->text = (struct tr_bytes){(const uint8_t *)text, strlen(text)};
}

void token_bytes(struct token *token, const char *name, struct tr_bytes at)
{
	bytes(token, name, TOKEN_BYTES, at, at.length);
}

void token_quoted(struct token *token, const char *name, struct tr_bytes at)
{
	bytes(token, name, TOKEN_QUOTED, at, at.length);
	token_mark(token, TOKEN_SECRET);
}

void token_unknown(struct token *token, const char *name, struct tr_bytes at)
{
	if (token->opened)
		token_sealed(token, name, at, at.length);
	else
		token_bytes(token, name, at);
}

void token_sealed(struct token *token, const char *name, struct tr_bytes at, uint64_t length)
{
	bytes(token, name, TOKEN_SEALED, at, length);
	token_mark(token, TOKEN_SECRET);
}

void token_time(struct token *token, const char *name, struct tr_bytes raw, int64_t seconds, uint32_t micro)
{
	struct token_node *node = add(token, name, TOKEN_TIME, raw);

	if (!node)
		return;
	node->number = (uint64_t)seconds;
	node->micro = micro;
}

void token_oid(struct token *token, const char *name, struct tr_bytes body)
{
	bytes(token, name, TOKEN_OID, body, body.length);
}

void token_mark(struct token *token, enum token_kind kind)
{
	if (token->count > 1)
		token->nodes[token->count - 1].kind = kind;
}

void token_note(struct token *token, const char *format, ...)
{
	va_list arguments;
	const char *text;

	if (token->noted == NOTES_MOST)
		return;
	va_start(arguments, format);
	text = token_print_list(token, format, arguments);
	va_end(arguments);
	/* Of a loop over damage once is enough. */
	if (token->noted && !strcmp(token->notes[token->noted - 1].text, text) &&
	    token->notes[token->noted - 1].node == token->current)
		return;
	if (token->noted == token->notes_room) {
		struct token_note *more = grow(token->notes, &token->notes_room, sizeof(*more));

		token->failed |= !more;
		if (!more)
			return;
		token->notes = more;
	}
	token->notes[token->noted++] = (struct token_note){token->current, text};
}

void token_inner(struct token *token, const char *name, struct tr_bytes bytes, unsigned places)
{
	bool known;

	token_begin(token, name, bytes);
	known = token->depth < DEEPEST && token->dispatch && token->dispatch(token, bytes, places);
	if (!known && bytes.length)
		token_bytes(token, "unknown", bytes);
	token_end(token);
}
