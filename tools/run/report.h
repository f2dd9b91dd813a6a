/* SPDX-License-Identifier: MIT */
/*
 * What went wrong with the traces of a run: one that could not be made, events that could not be recorded, a
 * policy that could not be used. Says nothing when nothing did.
 */
#ifndef TOOLS_RUN_REPORT_H
#define TOOLS_RUN_REPORT_H

#include <glob.h>
#include <stdint.h>

/* Remembers which traces of a template are there already: they belong to earlier runs. */
void run_report_before(glob_t *before, const char *template);

/*
 * Reports what the shims of the tree have told through the hello file: "problem PID TEXT" lines. Returns how
 * many of them say that there is no trace.
 */
unsigned run_report_problems(const char *hello_path);

/* Says so of a process or a trace. */
void run_report_loss(const char *whose, uint64_t events, const char *reason);

/* Reads the traces that have come since, and reports to stderr. Frees before. Returns how many events could
 * not be recorded. */
uint64_t run_report_after(glob_t *before, const char *template);

#endif
