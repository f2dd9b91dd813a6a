/* SPDX-License-Identifier: MIT */
/*
 * The parts of a shell pattern, one at a time: the one place that knows the syntax, for matching, for the
 * compiler's complaints and for finding rules that an earlier one covers.
 */
#ifndef POL_GLOB_H
#define POL_GLOB_H

enum pol_part_kind {
	POL_PART_END = 0,
	POL_PART_CHAR, /* this byte */
	POL_PART_ANY,  /* ? */
	POL_PART_SET,  /* [a-z]: from points after the bracket, to at the closing one */
	POL_PART_STAR,
	POL_PART_OPEN,	/* a [ without its ]; matches as that byte */
	POL_PART_SLASH, /* a \ at the end; matches as that byte */
};

struct pol_part {
	enum pol_part_kind kind;
	unsigned char byte;
	const char *from, *to;
};

/* Reads the part of pattern at `at` and returns where the next one begins. */
const char *pol_part(const char *pattern, const char *at, struct pol_part *part);

/* Does a part other than END and STAR match this byte? 1 or 0. */
int pol_part_matches(const struct pol_part *part, unsigned char byte);

/* Has a SET a range such as z-a, which holds nothing? 1 or 0. */
int pol_part_reversed(const struct pol_part *part);

#endif
