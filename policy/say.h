/* SPDX-License-Identifier: MIT */
/*
 * Sentences put together without stdio or malloc: a cursor over a buffer that stays terminated and drops what
 * does not fit. Linked into the shim.
 */
#ifndef POL_SAY_H
#define POL_SAY_H

#include <stddef.h>
#include <stdint.h>

struct pol_say {
	char *out;
	size_t size, used; /* used excludes the terminating 0; size is at least 1 */
	int lossy;	   /* something did not fit, or was replaced */
};

struct pol_say pol_say_into(char *out, size_t size);
void pol_say(struct pol_say *say, const char *text);
/* len bytes as they are; control characters, C1 in UTF-8 too, become '?': a peer's name must not talk to a
 * terminal. */
void pol_say_bytes(struct pol_say *say, const char *bytes, size_t len);
void pol_say_quoted(struct pol_say *say, const char *text);
void pol_say_number(struct pol_say *say, uint32_t number);

#endif
