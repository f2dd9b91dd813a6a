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
 * Checks a template and makes it absolute, since PROGRAM may change its directory. Returns malloc'd text, or
 * NULL after saying what is wrong: an unknown %, a directory that does not exist or cannot be written to.
 */
char *run_template(const char *text);

/* Writes text to out (size bytes) with each % doubled. Returns 0, or -1 when it does not fit. */
int run_template_quote(const char *text, char *out, size_t size);

/*
 * The glob(7) pattern of all paths a checked template can lead to, its numbered ones (NAME-2.pcapng)
 * included; also of some more. Returns malloc'd text, or NULL without memory.
 */
char *run_template_glob(const char *template);

#endif
