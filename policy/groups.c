/* SPDX-License-Identifier: MIT */
/*
 * Lists of groups: each attribute that a list names is asked for once, and what the peer has of it is looked
 * up in the list, so that a long one costs no more than a short one. Linked into the shim.
 */
#include "policy/decide.h"

#include <string.h>

struct looking {
	const struct pol *pol;
	const struct pol_rule *list, *found;
	bool denies;
};

static bool look(void *context, const char *text, bool idle)
{
	struct looking *l = context;

	if (!idle || l->denies)
		l->found = pol_matching(l->pol, l->list, text);
	return l->found;
}

/* What all texts of one attribute begin with. */
static size_t attribute_of(const char *text)
{
	const char *equals = strchr(text, '=');

	return equals ? (size_t)(equals - text) + 1 : strnlen(text, sizeof(POL_SIDS) - 1);
}

static bool is_of(const struct pol *pol, const struct pol_rule *item, const char *attribute, size_t length)
{
	return !strncmp(pol_text(pol->image, item), attribute, length);
}

/* The next item that may be of another attribute: plain texts stand in order. */
static uint32_t past(const struct looking *l, uint32_t at, const char *attribute, size_t length)
{
	uint32_t low = at + 1, high = l->list->word;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (is_of(l->pol, l->list + 1 + middle, attribute, length))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct pol_rule *pol_matching_group(const struct pol *pol, const struct pol_facts *facts,
					  const struct pol_rule *list, bool denies, bool *known)
{
	struct looking l = {.pol = pol, .list = list, .denies = denies};
	const char *attribute = NULL;
	size_t length = 0;

	*known = true;
	for (uint32_t i = 0; i < list->below && !l.found;) {
		if (attribute && is_of(pol, list + 1 + i, attribute, length)) {
			i++;
			continue;
		}
		attribute = pol_text(pol->image, list + 1 + i);
		length = attribute_of(attribute);
		*known &= facts->groups && facts->groups->each(facts->groups, attribute, length, look, &l);
		i = past(&l, i, attribute, length);
	}
	return l.found;
}
