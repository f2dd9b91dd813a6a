/* SPDX-License-Identifier: MIT */
/* Looking into a token: values by path or name, paths of values. */
#include "tools/token/token.h"

#include <stdio.h>
#include <string.h>

const struct token_node *token_find(const struct token *token, uint32_t from, const char *path)
{
	uint32_t at = from;

	if (!token->count)
		return NULL;
	while (*path) {
		size_t length = strcspn(path, ".");
		uint32_t child = token->nodes[at].child;

		while (child && !(token->nodes[child].name && strlen(token->nodes[child].name) == length &&
				  !memcmp(token->nodes[child].name, path, length)))
			child = token->nodes[child].next;
		if (!child)
			return NULL;
		at = child;
		path += length + (path[length] == '.');
	}
	return &token->nodes[at];
}

const struct token_node *token_search(const struct token *token, const char *name)
{
	for (uint32_t i = 1; i < token->count; i++)
		if (token->nodes[i].name && !strcmp(token->nodes[i].name, name))
			return &token->nodes[i];
	return NULL;
}

void token_path(const struct token *token, uint32_t node, char *text, size_t size)
{
	const char *names[64];
	size_t count = 0, used = 0;

	text[0] = 0;
	if (!token->count)
		return;
	for (; node && count < 64; node = token->nodes[node].parent)
		if (token->nodes[node].name)
			names[count++] = token->nodes[node].name;
	while (count-- && used < size)
		used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "." : "", names[count]);
}
