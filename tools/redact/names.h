/* SPDX-License-Identifier: MIT */
/*
 * What each name is replaced by: something random of the same length and the same kinds of characters, the
 * same every time, so that whatever was equal stays equal. Kept only in memory: nobody can go back.
 *
 * A name here is one word of what people call one: "host/www.example.org@EXAMPLE.ORG" has six, and the two
 * that differ in case alone stay the same but for case (letters.h).
 */
#ifndef TOOLS_REDACT_NAMES_H
#define TOOLS_REDACT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct names;

/* NULL: no memory, or no randomness. */
struct names *names_new(void);
void names_free(struct names *names);

/* What a word is part of; of several, the last of these. All is known when all was seen once. */
enum names_use {
	NAMES_PATH,   /* of something that is not known to be the system's */
	NAMES_SYSTEM, /* part of the system's own files: stays */
	NAMES_NAME,   /* of a principal, a host, an address */
};

/*
 * Writes what stands for the word at `at` (letters, digits, and what is no ASCII; or an IP address), which
 * may be the word itself, to `to`: length bytes. False: no memory, nothing was written.
 */
bool names_replace(struct names *names, enum names_use use, const uint8_t *at, size_t length, uint8_t *to);

/* Is it known from elsewhere, as what is replaced? */
bool names_hold(const struct names *names, const uint8_t *at, size_t length);

/* How many words are replaced. */
size_t names_count(const struct names *names);

/* A hash that stands for this one. */
void names_hash(const struct names *names, uint8_t hash[16]);

#endif
