/* SPDX-License-Identifier: MIT */
/*
 * Traces as a whole, printed to standard output or to a file that takes its place when it is complete: what
 * the commands share that read traces. Complaints are written to stderr; the statuses are those of tool.h.
 */
#ifndef TOOLS_VIEW_PRINTOUT_H
#define TOOLS_VIEW_PRINTOUT_H

#include "tools/out/file.h"
#include "tools/view/inputs.h"

struct printout {
	const char *output; /* NULL: standard output */
	struct out_file file;
	FILE *out;
	struct show *show;
	struct inputs *inputs;
	bool failed; /* not all traces can be read */
	bool unwritten;
};

/* These three in this order; whatever they say, printout_close comes last. */
int printout_open(struct printout *printout, const char *output);
int printout_begin(struct printout *printout, enum show_format format, bool colour);
/* What `traces` (ends with NULL) name. False: there is nothing to print. */
bool printout_add(struct printout *printout, char **traces, bool follow);

/* Prints what was added: everything, and the output is complete. */
int printout_print(struct printout *printout);
/* The same while traces grow, until it is interrupted: what is read while it is written takes its place with
 * the first event. */
int printout_follow(struct printout *printout);
/* Writing has failed, errno says why. */
int printout_complain(struct printout *printout);
/* Of TOOL_OK it makes a failure when what was kept cannot be written. */
int printout_close(struct printout *printout, int status);

#endif
