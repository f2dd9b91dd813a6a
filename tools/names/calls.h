/* SPDX-License-Identifier: MIT */
/*
 * Patterns for the names of calls and events (-e): a filter that can match nothing is a mistake, and the
 * names that were meant are near.
 */
#ifndef TOOLS_NAMES_CALLS_H
#define TOOLS_NAMES_CALLS_H

#include <stdbool.h>
#include <stddef.h>

/* Does the shell pattern match the name of any call that is recorded, or event if asked for? If not, one
 * sentence in error. */
bool names_calls_match(const char *pattern, bool events, char *error, size_t size);

#endif
