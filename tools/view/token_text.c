/* SPDX-License-Identifier: MIT */
/* A token as a tree of lines: what wireshark's middle pane is, for a terminal. */
#include "tools/token/phrase.h"
#include "tools/view/token_view.h"

#include <string.h>

#define BYTES_SHOWN 32

static void indented(struct out *out, unsigned by)
{
	while (by--)
		out_char(out, ' ');
}

static void notes(struct out *out, const struct token *token, uint32_t node, unsigned indent)
{
	for (uint32_t i = 0; i < token->noted; i++) {
		if (token->notes[i].node != node)
			continue;
		indented(out, indent);
		out_paint(out, "33");
		out_str(out, "! ");
		out_safe(out, token->notes[i].text);
		out_paint(out, "0");
		out_char(out, '\n');
	}
}

static void value(struct out *out, struct token *token, const struct token_node *node)
{
	const char *text;

	switch (node->type) {
	case TOKEN_TEXT:
		out_text(out, node->text.at, node->text.length);
		break;
	case TOKEN_BYTES:
		out_bytes(out, node->text.at,
			  node->text.length < BYTES_SHOWN ? node->text.length : BYTES_SHOWN);
		if (node->text.length > BYTES_SHOWN) {
			out_str(out, "... ");
			out_str(out, token_value(token, node));
		}
		break;
	case TOKEN_QUOTED:
		out_quoted(out, node->text.at,
			   node->text.length < BYTES_SHOWN ? node->text.length : BYTES_SHOWN);
		if (node->text.length > BYTES_SHOWN) {
			out_str(out, "... ");
			out_str(out, token_value(token, node));
		}
		break;
	case TOKEN_SEALED:
		out_str(out, token_value(token, node));
		break;
	default:
		text = token_value(token, node);
		out_safe(out, text);
		if (node->word && (node->type == TOKEN_UNSIGNED || node->type == TOKEN_SIGNED)) {
			out_str(out, " (");
			out_signed(out, (int64_t)node->number);
			out_char(out, ')');
		}
	}
}

static void line(struct out *out, struct token *token, uint32_t at, unsigned indent)
{
	const struct token_node *node = &token->nodes[at];
	bool group = node->type <= TOKEN_LIST;

	indented(out, indent);
	if (node->name)
		out_safe(out, node->name);
	else
		out_char(out, '-');
	if (!group) {
		out_str(out, node->name ? ": " : " ");
		value(out, token, node);
	} else if (node->title) {
		out_str(out, ": ");
		out_paint(out, "1");
		out_str(out, node->title);
		out_paint(out, "0");
	}
	out_char(out, '\n');
}

/* Without recursion: a token decides how deep it is. */
void token_text_tree(struct out *out, struct token *token, unsigned indent)
{
	uint32_t at = token->count ? token->nodes[0].child : 0;
	unsigned depth = 0;

	notes(out, token, 0, indent);
	while (at) {
		const struct token_node *node = &token->nodes[at];

		line(out, token, at, indent + 2 * depth);
		notes(out, token, at, indent + 2 * depth + 2);
		if (node->child) {
			at = node->child;
			depth++;
			continue;
		}
		while (at && !token->nodes[at].next) {
			at = token->nodes[at].parent;
			depth--;
		}
		at = at ? token->nodes[at].next : 0;
	}
}
