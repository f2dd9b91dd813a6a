/* SPDX-License-Identifier: MIT */
/*
 * Reads traces as a whole and prints what they come to: the counterpart of show.h for `decode --summary`.
 */
#ifndef TOOLS_SUMMARY_TRACES_H
#define TOOLS_SUMMARY_TRACES_H

#include "tools/view/show.h"

struct summary_traces;

/* NULL: no memory. What is wrong with a trace goes to stderr. */
struct summary_traces *summary_traces_new(void);
void summary_traces_free(struct summary_traces *traces);

/* Adds a trace. Returns 0, or -1 after saying what is wrong with it; the others are read all the same. */
int summary_traces_add(struct summary_traces *traces, const char *path);

/*
 * Reads all of them and prints. pid: only the events of this process; 0: of all. Returns 0, or -1 with errno
 * ENOMEM (nothing was printed) or that of a write.
 */
int summary_traces_print(struct summary_traces *traces, enum show_format format, FILE *out, bool colour,
			 uint32_t pid);

/* How many things were wrong with the traces. */
uint64_t summary_traces_problems(const struct summary_traces *traces);

#endif
