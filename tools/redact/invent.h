/* SPDX-License-Identifier: MIT */
/* Random words and addresses that look like given ones. */
#ifndef TOOLS_REDACT_INVENT_H
#define TOOLS_REDACT_INVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A letter (lower case) for a letter, a digit for a digit, a character of as many bytes in UTF-8, and as many
 * units in UTF-16, for any other; of an IP address another one. length bytes to `to`.
 */
void invent_word(const char *word, size_t length, char *to);

/* Is this all of an IP address, in its usual form? */
bool invent_is_ipv4(const char *text, size_t length);
bool invent_is_ipv6(const char *text, size_t length);
/* Is it one that means the same everywhere, such as 127.0.0.1? */
bool invent_is_common(const char *address, size_t length);

#endif
