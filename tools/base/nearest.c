/* SPDX-License-Identifier: MIT */
/*
 * See nearest.h. By the number of letters to change, but one that begins with, or holds, what was written
 * comes before all others: names are long and people stop early.
 */
#include "tools/base/nearest.h"

#include <string.h>

#define LONGEST 64
#define FAR 1000

static size_t least(size_t a, size_t b, size_t c)
{
	size_t two = a < b ? a : b;

	return two < c ? two : c;
}

/* Letters to add, to take away and to replace (Levenshtein). */
static size_t changes(const char *a, const char *b)
{
	size_t row[LONGEST + 1], length = strlen(b);

	if (length > LONGEST || strlen(a) > LONGEST)
		return FAR;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < length; j++) {
			size_t up = row[j + 1];

			row[j + 1] = least(up + 1, row[j] + 1, diagonal + (a[i] != b[j]));
			diagonal = up;
		}
	}
	return row[length];
}

static size_t distance(const char *written, const char *name)
{
	size_t length = strlen(written);

	if (length && !strncmp(name, written, length))
		return 0;
	if (length > 2 && strstr(name, written))
		return 1;
	return 2 + changes(written, name);
}

void nearest_look(struct nearest *nearest, const char *written, const char *name)
{
	size_t far = distance(written, name);

	for (size_t i = 0; i < NEAREST; i++) {
		const char *other = nearest->names[i];
		size_t its = nearest->distance[i];

		if (other && its <= far)
			continue;
		nearest->names[i] = name;
		nearest->distance[i] = far;
		if (!other)
			return;
		name = other;
		far = its;
	}
}
