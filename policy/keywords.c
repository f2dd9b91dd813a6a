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

int pol_takes(const struct pol_keyword *keyword, uint16_t word)
{
	for (const struct word *w = words; w->text; w++)
		if (w->id == word)
			return listed(keyword->values, w->text, strlen(w->text));
	return 0;
}

int pol_is_field_of(const struct pol_keyword *field, const struct pol_keyword *list)
{
	size_t n = strlen(list->path);

	return !strncmp(field->path, list->path, n) && field->path[n] == '.';
}
