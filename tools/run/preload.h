/* SPDX-License-Identifier: MIT */
/*
 * LD_PRELOAD and what goes with it, for PROGRAM and everything below it.
 */
#ifndef TOOLS_RUN_PRELOAD_H
#define TOOLS_RUN_PRELOAD_H

#include <limits.h>
#include <stdbool.h>

/*
 * Spells the absolute path of an object so that only the GNU C library's loader of this processor finds it,
 * where the object can be reached that way: PREFIX/$LIB/NAME.
 */
void run_preload_spell(char path[PATH_MAX]);

/* Sets the environment. Returns 0, or -1 with errno. */
int run_preload_set(const char *shim);

#endif
