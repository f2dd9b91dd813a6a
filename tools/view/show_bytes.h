/* SPDX-License-Identifier: MIT */
/* `decode --bytes`: a token that is in no trace. */
#ifndef TOOLS_VIEW_SHOW_BYTES_H
#define TOOLS_VIEW_SHOW_BYTES_H

#include "tools/token/keys.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Prints what `source` is: a file, "-" for standard input, or the text itself. Returns an enum tool_exit:
 * TOOL_FAIL when no decoder knows it, after saying on stderr what it looks like. keys: to open it with, or
 * NULL.
 */
int show_bytes(const char *source, FILE *file, bool json, bool colour, struct token_keys *keys);

#endif
