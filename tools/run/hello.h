/* SPDX-License-Identifier: MIT */
/* What the shims of a run have said (shim/core/hello.h): each a line of the hello file. */
#ifndef TOOLS_RUN_HELLO_H
#define TOOLS_RUN_HELLO_H

/* Calls take with each line, without its end; may be cut. */
void run_hello_each(const char *hello_path, void (*take)(void *context, const char *line), void *context);

#endif
