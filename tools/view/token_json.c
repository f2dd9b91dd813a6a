/* SPDX-License-Identifier: MIT */
/* A token as an object of JSON: its groups are objects, its lists arrays. */
#include "tools/names/names.h"
#include "tools/token/phrase.h"
#include "tools/view/token_view.h"

#include <string.h>

static void flags(struct js *js, const struct token_node *node)
{
	uint32_t left = (uint32_t)node->number;

	js_array(js);
	for (const struct token_flag *flag = node->flags; flag && flag->name; flag++)
		if (left & flag->bit) {
			js_string(js, flag->name);
			left &= ~flag->bit;
		}
	if (left)
		js_hex(js, left);
	js_array_end(js);
}

static void value(struct js *js, struct token *token, const struct token_node *node)
{
	switch (node->type) {
	case TOKEN_UNSIGNED:
		if (node->word)
			js_string(js, node->word);
		else
			js_unsigned(js, node->number);
		break;
	case TOKEN_SIGNED:
		if (node->word)
			js_string(js, node->word);
		else
			js_signed(js, (int64_t)node->number);
		break;
	case TOKEN_BOOL:
		js_bool(js, node->number);
		break;
	case TOKEN_FLAGS:
		flags(js, node);
		break;
	case TOKEN_TEXT:
		js_text(js, node->text.at, node->text.length);
		break;
	case TOKEN_BYTES:
	case TOKEN_QUOTED:
		js_bytes(js, node->text.at, node->text.length);
		break;
	case TOKEN_SEALED:
		js_object(js);
		js_set_unsigned(js, "len", node->number);
		js_object_end(js);
		break;
	default:
		js_string(js, token_value(token, node));
	}
}

/* Without recursion: a token decides how deep it is. */
static void tree(struct js *js, struct token *token)
{
	uint32_t at = token->count ? token->nodes[0].child : 0;

	while (at) {
		const struct token_node *node = &token->nodes[at];

		if (node->name)
			js_key(js, node->name);
		if (node->type > TOKEN_LIST) {
			value(js, token, node);
		} else if (node->type == TOKEN_LIST) {
			js_array(js);
		} else {
			js_object(js);
		}
		if (node->child) {
			at = node->child;
			continue;
		}
		if (node->type == TOKEN_LIST)
			js_array_end(js);
		else if (node->type < TOKEN_LIST)
			js_object_end(js);
		while (at && !token->nodes[at].next) {
			at = token->nodes[at].parent;
			if (at && token->nodes[at].type == TOKEN_LIST)
				js_array_end(js);
			else if (at)
				js_object_end(js);
		}
		at = at ? token->nodes[at].next : 0;
	}
}

static void notes(struct js *js, const struct token *token)
{
	char path[512];

	js_key(js, "notes");
	js_array(js);
	for (uint32_t i = 0; i < token->noted; i++) {
		js_object(js);
		token_path(token, token->notes[i].node, path, sizeof(path));
		if (*path)
			js_set_string(js, "at", path);
		js_set_string(js, "text", token->notes[i].text);
		js_object_end(js);
	}
	js_array_end(js);
}

void token_json(struct js *js, struct token *token)
{
	const char *phrase = token_phrase(token);

	js_object(js);
	if (*phrase)
		js_set_string(js, "phrase", phrase);
	tree(js, token);
	if (token->noted)
		notes(js, token);
	js_object_end(js);
}
