/* SPDX-License-Identifier: MIT */
/*
 * Shell patterns over bytes. fnmatch(3) is not used: it depends on the locale, may allocate, and takes
 * exponential time on patterns such as a*a*a*b. Linked into the shim.
 */
#include "policy/glob.h"

#include "policy/policy.h"

#include <string.h>

/* The ] that ends the set whose first byte is at `at`, or NULL. A ] in first place is a member. */
static const char *set_end(const char *at)
{
	if (*at == '!')
		at++;
	if (*at == ']')
		at++;
	for (; *at && *at != ']'; at++)
		if (*at == '\\' && at[1])
			at++;
	return *at ? at : NULL;
}

static const char *read_set(const char *at, struct pol_part *part)
{
	const char *end = set_end(at);

	if (!end) {
		part->kind = POL_PART_OPEN;
		return at;
	}
	part->kind = POL_PART_SET;
	part->from = at;
	part->to = end;
	return end + 1;
}

const char *pol_part(const char *pattern, const char *at, struct pol_part *part)
{
	part->byte = (unsigned char)*at;
	part->kind = POL_PART_CHAR;
	switch (*at) {
	case 0:
		part->kind = POL_PART_END;
		return at;
	case '*':
		part->kind = POL_PART_STAR;
		return at + 1;
	case '?':
		part->kind = POL_PART_ANY;
		return at + 1;
	case '[':
		/* tcp://[::1]:5555: there an address begins, never a set of characters */
		if (at - pattern >= 3 && !memcmp(at - 3, "://", 3))
			return at + 1;
		return read_set(at + 1, part);
	case '\\':
		if (!at[1]) {
			part->kind = POL_PART_SLASH;
			return at + 1;
		}
		part->byte = (unsigned char)at[1];
		return at + 2;
	default:
		return at + 1;
	}
}

static unsigned char member(const char **at)
{
	if (**at == '\\')
		++*at;
	return (unsigned char)*(*at)++;
}

/* Reads "c" or "a-z" of a set. */
static void range(const char **at, const char *to, unsigned char *low, unsigned char *high)
{
	*low = *high = member(at);
	if (**at == '-' && *at + 1 < to) {
		++*at;
		*high = member(at);
	}
}

static int in_set(const struct pol_part *part, unsigned char byte)
{
	const char *at = part->from;
	int negated = *at == '!', found = 0;
	unsigned char low, high;

	for (at += negated; at < part->to;) {
		range(&at, part->to, &low, &high);
		found |= low <= byte && byte <= high;
	}
	return found != negated;
}

int pol_part_reversed(const struct pol_part *part)
{
	const char *at = part->from;
	unsigned char low, high;

	for (at += *at == '!'; at < part->to;) {
		range(&at, part->to, &low, &high);
		if (low > high)
			return 1;
	}
	return 0;
}

int pol_part_matches(const struct pol_part *part, unsigned char byte)
{
	if (part->kind == POL_PART_SET)
		return in_set(part, byte);
	return part->kind == POL_PART_ANY || part->byte == byte;
}

/* Without a locale. */
static int letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int pol_match(const char *pattern, const char *text)
{
	const char *at = pattern, *after_star = NULL, *retry = NULL;

	for (;;) {
		struct pol_part part;
		const char *next;

		/* Most of a pattern are letters that stand for themselves. */
		while (*at == *text && letter(*at))
			at++, text++;
		next = pol_part(pattern, at, &part);

		if (part.kind == POL_PART_STAR) {
			if (!*next)
				return 1;
			at = after_star = next;
			retry = text;
		} else if (!*text) {
			return part.kind == POL_PART_END;
		} else if (part.kind != POL_PART_END && pol_part_matches(&part, (unsigned char)*text)) {
			at = next;
			text++;
		} else if (after_star) {
			/* Only the last star needs another try: what an earlier one would give up, this one
			 * can take. */
			at = after_star;
			text = ++retry;
		} else {
			return 0;
		}
	}
}
