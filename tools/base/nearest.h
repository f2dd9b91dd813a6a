/* SPDX-License-Identifier: MIT */
/*
 * What somebody may have meant who wrote a name that is none.
 */
#ifndef TOOLS_BASE_NEAREST_H
#define TOOLS_BASE_NEAREST_H

#include <stddef.h>

#define NEAREST 3

struct nearest {
	const char *names[NEAREST]; /* the best first; NULL: no more */
	size_t distance[NEAREST];
};

/* Looks whether a name is among the nearest to what was written; begin with zeros. */
void nearest_look(struct nearest *nearest, const char *written, const char *name);

#endif
