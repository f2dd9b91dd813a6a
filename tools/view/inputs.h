/* SPDX-License-Identifier: MIT */
/*
 * The traces that a command line names: files, and directories that stand for the traces in them, also those
 * that appear there later.
 */
#ifndef TOOLS_VIEW_INPUTS_H
#define TOOLS_VIEW_INPUTS_H

#include "tools/view/show.h"

#include <sys/stat.h>

struct inputs;

/* NULL: no memory. show stays the caller's. */
struct inputs *inputs_new(struct show *show);
void inputs_free(struct inputs *inputs);

/*
 * Adds what `arguments` (ends with NULL) name. follow: a directory may be empty as yet, and is watched.
 * Returns 0, or -1 after saying what cannot be read; the others are added all the same.
 */
int inputs_add(struct inputs *inputs, char **arguments, bool follow);

/* The same of one. */
int inputs_add_one(struct inputs *inputs, const char *argument, bool follow);

/* Waits until something appears in a directory, at most so many ms, and adds it. -1 as above. */
int inputs_wait(struct inputs *inputs, int ms);

/* How many files were added. */
size_t inputs_count(const struct inputs *inputs);

/* Is this file one of them? */
bool inputs_hold(const struct inputs *inputs, const struct stat *status);

#endif
