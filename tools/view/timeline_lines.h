/* SPDX-License-Identifier: MIT */
/* Text set between two columns of a terminal: broken at blanks, and within a word that is longer than that.
 */
#ifndef TOOLS_VIEW_TIMELINE_LINES_H
#define TOOLS_VIEW_TIMELINE_LINES_H

#include "tools/out/out.h"

/*
 * Prints `head`, then `text` from column `from` on, painted, in as many lines as it takes to stay below
 * column `to` (0: one line, however long). Text is harmless already, as safe_text makes it.
 */
void timeline_lines(struct out *out, const char *head, size_t from, size_t to, const char *text,
		    const char *paint);

#endif
