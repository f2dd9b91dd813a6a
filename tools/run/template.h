/* SPDX-License-Identifier: MIT */
/*
 * The path template of `gsstap run -o`: checked before PROGRAM starts, so that a typing error does not cost a
 * run.
 *
 * %p is the pid, %n the program's short name, %h the host, %% a percent sign. The shim expands it; what this
 * header promises must be what the shim does.
 */
#ifndef TOOLS_RUN_TEMPLATE_H
#define TOOLS_RUN_TEMPLATE_H

#include <stddef.h>

/*
 * Checks a template and makes it absolute, since PROGRAM may change its directory; a directory stands for the
 * files %n-%p.pcapng in it. Returns malloc'd text, or NULL after saying what is wrong: an unknown %, a
 * directory that does not exist or cannot be written to.
 */
char *run_template(const char *text);

/*
 * The path where a trace was to be, when a file is there already, so that the trace gets another name; NULL:
 * it is free, or known only once the processes are. Of a checked template. Malloc'd.
 */
char *run_template_taken(const char *template);

/* Where the trace goes instead: the first of NAME-2, NAME-3 ... that is free. Malloc'd. */
char *run_template_instead(const char *taken);

/* Writes text to out (size bytes) with each % doubled. Returns 0, or -1 when it does not fit. */
int run_template_quote(const char *text, char *out, size_t size);

/*
 * The glob(7) pattern of all paths a checked template can lead to, its numbered ones (NAME-2.pcapng)
 * included; also of some more. Returns malloc'd text, or NULL without memory.
 */
char *run_template_glob(const char *template);

#endif
