/* SPDX-License-Identifier: MIT */
/*
 * From a policy in YAML to its compiled form. For the tools: it allocates, reads files and complains.
 * Nothing is compiled from a text with an error in it.
 */
#ifndef POL_COMPILE_H
#define POL_COMPILE_H

#include "policy/policy.h"

#include <stdio.h>

/*
 * Who is told of every error and warning: a line without its end, "PATH:LINE:COLUMN: error: ..." or
 * "... warning: ...". Path and texts of the policy are in it as they are: who shows it makes it harmless.
 */
struct pol_complaints {
	void (*take)(struct pol_complaints *complaints, const char *line);
};

/*
 * Compiles the file at path. Returns 0, and then *image (malloc'd, free() it) of
 * *len bytes passes pol_open; or -1 after an error.
 */
int pol_compile(const char *path, void **image, size_t *len, struct pol_complaints *complaints);

/* The same for a text in memory; name stands for the path in complaints, and NULL: nobody is told. */
int pol_compile_text(const char *name, const char *text, size_t text_len, void **image, size_t *len,
		     struct pol_complaints *complaints);

/*
 * Reads a whole policy, in either form (see pol_is_image), from a regular file. Returns 0 and malloc'd
 * *bytes, which are 8-byte aligned and followed by a 0 that *len does not count; or -1 after a complaint.
 */
int pol_read(const char *path, void **bytes, size_t *len, struct pol_complaints *complaints);

/* Is it a pattern of principals that can be kicked? 1 or 0 after a complaint. */
int pol_may_kick(const char *pattern, struct pol_complaints *complaints);
/*
 * The rules of a READY policy, with the kicks of another one (or of itself), and one more of this pattern
 * (NULL: none more), at this time in seconds since the epoch: its number, unless that is not above the last.
 * Kicks of a month before are left out. Returns and gives as pol_compile.
 */
int pol_add_kick(const struct pol *pol, const struct pol *kicks, const char *pattern, uint32_t now,
		 void **image, size_t *len, struct pol_complaints *complaints);

/* How many rules a READY policy has, as people count them: choices and items of lists. */
unsigned pol_rules(const struct pol *pol);

/* Prints every keyword and its values, one a line; with explain, also what each means. */
void pol_list_keywords(FILE *out, int explain);

#endif
