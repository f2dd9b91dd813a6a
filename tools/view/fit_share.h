/* SPDX-License-Identifier: MIT */
/* A line that was gathered, and how much of each piece is shown. */
#ifndef TOOLS_VIEW_FIT_SHARE_H
#define TOOLS_VIEW_FIT_SHARE_H

#include "tools/view/fit_piece.h"

#include <stddef.h>

struct piece {
	struct fit_piece is;
	size_t begin, end; /* in the text */
	size_t width;	   /* without lead */
	size_t shown;	   /* columns; 0: it is left out */
};

struct fit_share {
	char *text;
	struct piece *pieces;
	size_t count;
	unsigned columns;
	size_t left;   /* columns that nothing has as yet */
	bool opened;   /* something listed is shown */
	bool brackets; /* which are only there for what is listed */
};

/* Columns of an ellipsis. */
size_t fit_share_mark(void);
/* Measures each piece, and shows what is always shown. Returns how wide that is; *all: how wide all is. */
size_t fit_share_measure(struct fit_share *share, size_t *all);
/* Shows as much of the others as there is room for beside these columns. Returns whether FIT_MARK must say
 * that something is left out. */
bool fit_share_out(struct fit_share *share, size_t kept);

#endif
