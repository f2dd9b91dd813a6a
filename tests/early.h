/* SPDX-License-Identifier: MIT */
/*
 * For sanitizer builds only, included ahead of those parts of the shim that dlsym runs: the sanitizer's
 * runtime calls dlsym to find the real strcmp, and until it has, its own strcmp jumps to nowhere. Not for any
 * other file.
 */
#ifndef TESTS_EARLY_H
#define TESTS_EARLY_H

#include <string.h>

static inline int early_strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}
#undef strcmp
#define strcmp early_strcmp

static inline void *early_memset(void *to, int byte, size_t n)
{
	for (volatile unsigned char *p = to; n--; p++)
		*p = (unsigned char)byte;
	return to;
}
#undef memset
#define memset early_memset

#endif
