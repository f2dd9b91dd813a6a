/* SPDX-License-Identifier: MIT */
/* Whole traces, redacted into others. */
#ifndef TOOLS_REDACT_REDACT_H
#define TOOLS_REDACT_REDACT_H

#include "tools/redact/event.h"

#include <stdio.h>

enum redact_end {
	REDACT_DONE,
	REDACT_DAMAGED,	   /* something is wrong with the trace, and was told; what can be read was done */
	REDACT_UNREADABLE, /* it is no trace that can be opened, which was told */
	REDACT_FAILED,	   /* no memory, or errno: not all could be written */
};

/* Learns the names of a trace. Of all traces, before one of them is written. */
enum redact_end redact_learn(struct redact *redact, const char *in);

/* Writes a trace. */
enum redact_end redact_write(struct redact *redact, const char *in, FILE *out);

#endif
