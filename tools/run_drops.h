/* SPDX-License-Identifier: MIT */
/*
 * What went wrong inside the traces of a run with -o: events that could not be recorded, a policy that could
 * not be used. Says nothing when nothing did.
 */
#ifndef TOOLS_RUN_DROPS_H
#define TOOLS_RUN_DROPS_H

#include <glob.h>

/* Remembers which traces of a template are there already: they belong to earlier runs. */
void run_drops_before(glob_t *before, const char *template);

/* Reads the traces that have come since, and reports to stderr. Frees before. */
void run_drops_after(glob_t *before, const char *template);

#endif
