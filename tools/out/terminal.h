/* SPDX-License-Identifier: MIT */
/* How wide a terminal is, and what of a text has room on it. */
#ifndef TOOLS_OUT_TERMINAL_H
#define TOOLS_OUT_TERMINAL_H

#include <stddef.h>

/* What COLUMNS says, else what the terminal at this descriptor does. 0: nothing says how wide it is. */
unsigned terminal_columns(int fd);

/* What stands for what was left out: one character where the locale has it, else three dots. */
const char *terminal_ellipsis(void);

/*
 * The columns that the character at `at` takes: two, one, or none, as those that combine with the one before
 * and the escape sequences of out_paint. *length: its bytes. left > 0.
 */
size_t terminal_character(const char *at, size_t left, size_t *length);

/* Those of a text. */
size_t terminal_width(const char *text, size_t length);

#endif
