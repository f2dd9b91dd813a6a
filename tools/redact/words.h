/* SPDX-License-Identifier: MIT */
/*
 * Words that name nobody. What is in neither list counts as a name: a word that is missing here costs a
 * reader of the redacted trace that word, one too many could give a name away.
 */
#ifndef TOOLS_REDACT_WORDS_H
#define TOOLS_REDACT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Parts of names, paths and endpoints that are the same everywhere: services, schemes, directories. Lower
 * case, as below. */
bool words_known(const char *word, size_t length);

/* Words of the sentences that libraries, and gsstap, say. They stay where they stand alone in a sentence. */
bool words_said(const char *word, size_t length);

#endif
