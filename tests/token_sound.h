/* SPDX-License-Identifier: MIT */
/*
 * What holds of every tree that a decoder built, whatever the bytes were: begin and end were paired, names
 * are where they belong, and within a group none comes twice. For unit tests and fuzz targets. NULL, or what
 * is wrong.
 */
#ifndef TESTS_TOKEN_SOUND_H
#define TESTS_TOKEN_SOUND_H

#include "tools/token/token.h"

#include <string.h>

static bool named_twice(const struct token *token, uint32_t group)
{
	for (uint32_t one = token->nodes[group].child; one; one = token->nodes[one].next)
		for (uint32_t other = token->nodes[one].next; other; other = token->nodes[other].next)
			if (!strcmp(token->nodes[one].name, token->nodes[other].name))
				return true;
	return false;
}

static const char *token_unsound(const struct token *token)
{
	if (token->failed)
		return "no memory";
	if (token->depth || (token->current && token->count))
		return "a begin without its end";
	for (uint32_t i = 1; i < token->count; i++) {
		const struct token_node *node = &token->nodes[i], *parent = &token->nodes[node->parent];

		if (node->parent >= i || parent->type > TOKEN_LIST)
			return "a value within a value";
		if (!node->name != (parent->type == TOKEN_LIST))
			return "a name in a list, or none in a group";
		if (node->type == TOKEN_MESSAGE && !node->title)
			return "a message without a title";
	}
	for (uint32_t i = 0; i < token->count; i++)
		if (token->nodes[i].type < TOKEN_LIST && named_twice(token, i))
			return "a name twice in one group";
	for (uint32_t i = 0; i < token->noted; i++)
		if (token->notes[i].node >= token->count && token->notes[i].node)
			return "a note about nothing";
	return NULL;
}

#endif
