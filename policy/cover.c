/* SPDX-License-Identifier: MIT */
/*
 * Does one pattern match everything that another one matches? Parts of the later pattern are laid
 * against parts of the earlier one as a text would be. The answer yes is always right; some true cases (a*|*a
 * against *) of mixed stars are not seen, which costs a warning and nothing else.
 */
#include "policy/draft.h"
#include "policy/glob.h"

#include <string.h>

static bool same_set(const struct pol_part *a, const struct pol_part *b)
{
	return b->kind == POL_PART_SET && a->to - a->from == b->to - b->from &&
	       !memcmp(a->from, b->from, (size_t)(a->to - a->from));
}

/* Where there are components: what no * ? or set takes. */
static bool separates(const struct pol_part *part)
{
	return part->kind == POL_PART_CHAR && (part->byte == '/' || part->byte == '@');
}

static bool part_covers(const struct pol_part *earlier, const struct pol_part *later, bool components)
{
	if (components && separates(later) && earlier->kind != POL_PART_CHAR)
		return false;
	if (later->kind == POL_PART_STAR || earlier->kind == POL_PART_END)
		return false;
	if (earlier->kind == POL_PART_ANY)
		return true;
	if (later->kind == POL_PART_ANY)
		return false;
	if (later->kind == POL_PART_SET)
		return earlier->kind == POL_PART_SET && same_set(earlier, later);
	return pol_part_matches(earlier, later->byte);
}

static bool covers(const char *earlier, const char *later, bool components)
{
	const char *e = earlier, *l = later, *after_star = NULL, *retry = NULL;

	for (;;) {
		struct pol_part ep, lp;
		const char *e_next = pol_part(earlier, e, &ep), *l_next = pol_part(later, l, &lp);

		if (ep.kind == POL_PART_STAR) {
			e = after_star = e_next;
			retry = l;
		} else if (lp.kind == POL_PART_END) {
			return ep.kind == POL_PART_END;
		} else if (part_covers(&ep, &lp, components)) {
			e = e_next;
			l = l_next;
		} else if (after_star) {
			e = after_star;
			l = retry = pol_part(later, retry, &lp);
			if (components && separates(&lp))
				return false;
		} else {
			return false;
		}
	}
}

bool draft_covers(const char *earlier, const char *later)
{
	return covers(earlier, later, false);
}

/* As principal.c has it: a whole * before the realm takes any components, a pattern * any name. */
bool draft_covers_principal(const char *earlier, const char *later)
{
	const char *realm = strrchr(later, '@');

	if (!strcmp(earlier, "*"))
		return true;
	if (!strncmp(earlier, "*@", 2) && realm && !strchr(later, '\\'))
		return covers(earlier + 1, realm, true);
	return strcmp(later, "*") && strncmp(later, "*@", 2) && covers(earlier, later, true);
}
