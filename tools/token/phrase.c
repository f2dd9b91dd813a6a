/* SPDX-License-Identifier: MIT */
/* Phrases by the rows of phrases.def: a message, then the messages within it. */
#include "tools/token/phrase.h"

#include "tools/names/names.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LONGEST 1024 /* bytes of a phrase: a hostile token's name is as long as it likes */

struct part {
	const char *before, *path, *after;
};

static const struct {
	const char *message;
	const struct part *parts;
} phrases[] = {
#define PART(before, path, after) {before, path, after},
#define PHRASE(message, ...) {#message, (const struct part[]){__VA_ARGS__{0}}},
#include "tools/token/phrases.def"
#undef PHRASE
#undef PART
};

struct phrase {
	char text[LONGEST];
	size_t used;
};

static void say(struct phrase *phrase, const char *text)
{
	size_t length = strlen(text), room = sizeof(phrase->text) - 1 - phrase->used;

	if (length > room)
		length = room;
	memcpy(phrase->text + phrase->used, text, length);
	phrase->used += length;
	phrase->text[phrase->used] = 0;
}

static const char *flags(struct token *token, const struct token_node *node)
{
	uint32_t left = (uint32_t)node->number;
	const char *text = "";

	for (const struct token_flag *flag = node->flags; flag && flag->name; flag++)
		if (left & flag->bit) {
			text = token_print(token, "%s%s%s", text, *text ? ", " : "", flag->name);
			left &= ~flag->bit;
		}
	if (left || !*text)
		text = token_print(token, "%s%s0x%x", text, *text ? ", " : "", left);
	return text;
}

static const char *when(struct token *token, const struct token_node *node)
{
	time_t seconds = (time_t)node->number;
	struct tm tm;
	char text[64];

	if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		return token_print(token, "%jd", (intmax_t)node->number);
	return node->micro ? token_print(token, "%s.%06uZ", text, node->micro)
			   : token_print(token, "%sZ", text);
}

static const char *oid(struct token *token, const struct token_node *node)
{
	const char *name = name_oid(node->text.at, node->text.length);
	char dotted[256];

	if (name)
		return name;
	if (name_oid_dotted(node->text.at, node->text.length, dotted, sizeof(dotted)))
		return token_print(token, "%s", dotted);
	return token_print(token, "an OID of %zu bytes", node->text.length);
}

static const char *list(struct token *token, const struct token_node *node)
{
	const char *text = "";

	for (uint32_t i = node->child; i; i = token->nodes[i].next)
		if (token->nodes[i].type > TOKEN_LIST && strlen(text) < LONGEST)
			text = token_print(token, "%s%s%s", text, *text ? ", " : "",
					   token_value(token, &token->nodes[i]));
	return text;
}

const char *token_value(struct token *token, const struct token_node *node)
{
	switch (node->type) {
	case TOKEN_UNSIGNED:
		return node->word ? node->word : token_print(token, "%ju", (uintmax_t)node->number);
	case TOKEN_SIGNED:
		return node->word ? node->word : token_print(token, "%jd", (intmax_t)node->number);
	case TOKEN_BOOL:
		return node->number ? "yes" : "no";
	case TOKEN_FLAGS:
		return flags(token, node);
	case TOKEN_TEXT:
		return token_print(token, "%.*s",
				   (int)(node->text.length < LONGEST ? node->text.length : LONGEST),
				   (const char *)node->text.at);
	case TOKEN_TIME:
		return when(token, node);
	case TOKEN_OID:
		return oid(token, node);
	case TOKEN_LIST:
		return list(token, node);
	case TOKEN_BYTES:
	case TOKEN_QUOTED:
	case TOKEN_SEALED:
		return token_print(token, "%ju bytes", (uintmax_t)node->number);
	default:
		return "";
	}
}

static const struct part *parts_of(const struct token_node *node)
{
	for (size_t i = 0; node->name && i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (!strcmp(phrases[i].message, node->name))
			return phrases[i].parts;
	return NULL;
}

static void say_message(struct phrase *phrase, struct token *token, uint32_t at)
{
	const struct part *part = parts_of(&token->nodes[at]);

	if (phrase->used)
		say(phrase, ": ");
	say(phrase, token->nodes[at].title);
	for (; part && part->path; part++) {
		const struct token_node *node = token_find(token, at, part->path);

		if (!node || (node->type == TOKEN_FLAGS && !node->number))
			continue;
		say(phrase, part->before);
		say(phrase, token_value(token, node));
		if (part->after)
			say(phrase, part->after);
	}
}

const char *token_phrase(struct token *token)
{
	struct phrase phrase;

	phrase.used = 0;
	phrase.text[0] = 0;
	for (uint32_t i = 1; i < token->count && !token->failed; i++)
		if (token->nodes[i].type == TOKEN_MESSAGE)
			say_message(&phrase, token, i);
	if (token->length > token->bytes.length && phrase.used)
		say(&phrase,
		    token_print(token, " [%zu of %ju bytes]", token->bytes.length, (uintmax_t)token->length));
	return token_print(token, "%s", phrase.text);
}
