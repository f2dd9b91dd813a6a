/* SPDX-License-Identifier: MIT */
/*
 * keywords.def as a table, and the look-ups in it. Linked into the shim, which needs it to check compiled
 * policies and to name rules.
 */
#include "policy/image.h"
#include "policy/policy.h"

#include <string.h>

#define KEYWORD(id, symbol, path, type, values, doc)                                                         \
	_Static_assert(id < POL_KEYWORDS, "a keyword's id has no place in struct pol: policy.h");
#include "policy/keywords.def"

const struct pol_keyword pol_keywords[] = {
#define KEYWORD(id, symbol, path, type, values, doc) {id, POL_T_##type, path, values, doc},
#include "policy/keywords.def"
	{0, 0, NULL, NULL, NULL},
};

static const struct word {
	uint16_t id;
	const char *text;
} words[] = {
#define WORD(id, symbol, text) {id, text},
#include "policy/keywords.def"
	{POL_W_NONE, NULL},
};

const struct pol_keyword *pol_keyword(uint32_t id)
{
	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (k->id == id)
			return k;
	return NULL;
}

/* Is text one of the alternatives in values, which are parted by "|"? */
static int listed(const char *values, const char *text, size_t len)
{
	while (*values) {
		size_t n = strcspn(values, "|");

		if (n == len && !memcmp(values, text, len))
			return 1;
		values += n + (values[n] == '|');
	}
	return 0;
}

uint16_t pol_word(const struct pol_keyword *keyword, const char *word, size_t len)
{
	if (!listed(keyword->values, word, len))
		return POL_W_NONE;
	for (const struct word *w = words; w->text; w++)
		if (strlen(w->text) == len && !memcmp(w->text, word, len))
			return w->id;
	return POL_W_NONE;
}

const char *pol_word_text(uint16_t word)
{
	for (const struct word *w = words; w->text; w++)
		if (w->id == word)
			return w->text;
	return NULL;
}

int pol_takes(const struct pol_keyword *keyword, uint16_t word)
{
	const char *text = pol_word_text(word);

	return text && listed(keyword->values, text, strlen(text));
}

static int is_below(const struct pol_keyword *k, const char *group)
{
	size_t n = strlen(group);

	return !strncmp(k->path, group, n) && k->path[n] == '.';
}

int pol_is_field_of(const struct pol_keyword *field, const struct pol_keyword *list)
{
	if (is_below(field, list->path))
		return 1;
	if (list->id == POL_K_ACQUIRE)
		return field->id == POL_K_MATCH_PROGRAM || field->id == POL_K_MATCH_SCRIPT ||
		       field->id == POL_K_MATCH_USER;
	return list->id == POL_K_MATCH && is_below(field, "gss") && !pol_is_field(field) &&
	       field->type != POL_T_RECORDS;
}

int pol_is_field(const struct pol_keyword *k)
{
	for (const struct pol_keyword *list = pol_keywords; list->id; list++)
		if (list->type == POL_T_RECORDS && is_below(k, list->path))
			return 1;
	return 0;
}
