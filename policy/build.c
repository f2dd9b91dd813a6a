/* SPDX-License-Identifier: MIT */
/*
 * Lays a draft without errors out as an image. The same draft always gives the same bytes.
 */
#include "policy/draft.h"

#include <stdlib.h>
#include <string.h>

static size_t string_bytes(const struct draft *draft)
{
	size_t total = 1; /* offset 0: no string */

	for (size_t i = 0; i < draft->count; i++)
		if (draft->rules[i].text)
			total += strlen(draft->rules[i].text) + 1;
	return total;
}

static void fill(const struct draft *draft, struct pol_image *image)
{
	char *strings = (char *)&image->rule[draft->count], *end = strings + 1;

	for (size_t i = 0; i < draft->count; i++) {
		const struct draft_rule *from = &draft->rules[i];

		image->rule[i] =
			(struct pol_rule){.keyword = from->keyword->id,
					  .kind = (uint16_t)from->kind,
					  .line = from->line,
					  .text = from->text ? (uint32_t)(end - strings) : from->seconds,
					  .word = from->word,
					  .below = (uint16_t)from->below};
		if (from->text)
			end = stpcpy(end, from->text) + 1;
	}
}

/* Plain texts in the order of their bytes, so that they can be looked up; then patterns, in that of the
 * source. */
static int by_text(const void *a, const void *b)
{
	const struct draft_rule *one = a, *other = b;
	int literal = pol_is_literal(one->text), order = pol_is_literal(other->text) - literal;

	if (!order && literal)
		order = strcmp(one->text, other->text);
	return order ? order : one->line < other->line ? -1 : one->line > other->line;
}

static void sort_patterns(struct draft *draft)
{
	for (struct draft_rule *r = draft->rules; r < draft->rules + draft->count; r++) {
		if (r->kind != POL_LIST || r->keyword->type != POL_T_PATTERNS)
			continue;
		qsort(r + 1, r->below, sizeof(*r), by_text);
		while (r->word < r->below && pol_is_literal(r[1 + r->word].text))
			r->word++;
	}
}

int draft_build(struct draft *draft, void **image, size_t *len)
{
	size_t strings = string_bytes(draft), size;
	struct pol_image *new;

	if (draft->count > POL_RULES_MAX) {
		draft_error(draft, (struct place){0}, "%zu rules are too many; %d are possible", draft->count,
			    POL_RULES_MAX);
		return -1;
	}
	size = sizeof(*new) + draft->count * sizeof(struct pol_rule) + strings;
	new = calloc(1, size);
	if (!new) {
		draft_error(draft, (struct place){0}, "out of memory");
		return -1;
	}
	memcpy(new->magic, POL_IMAGE_MAGIC, sizeof(new->magic));
	new->version = POL_IMAGE_VERSION;
	new->size = (uint32_t)size;
	new->rule_count = (uint32_t)draft->count;
	new->string_size = (uint32_t)strings;
	sort_patterns(draft);
	fill(draft, new);
	pol_checksum(new, size, new->checksum);
	*image = new;
	*len = size;
	return 0;
}
