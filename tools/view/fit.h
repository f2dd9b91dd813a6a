/* SPDX-License-Identifier: MIT */
/*
 * A line that is to fit a terminal. Who writes it says of each piece what it is worth; what has no room is
 * left out or cut here, and nowhere else, and an ellipsis says so.
 */
#ifndef TOOLS_VIEW_FIT_H
#define TOOLS_VIEW_FIT_H

#include "tools/out/out.h"
#include "tools/view/fit_piece.h"

#define FIT_NARROW 100 /* columns; on fewer, what is in every line is written shorter */

struct fit;

/* out stays the caller's. NULL: no memory. */
struct fit *fit_new(struct out *out);
void fit_free(struct fit *fit);

/* columns: of the terminal; 0: the line is as long as it is. It has none of `out`'s before it. */
void fit_begin(struct fit *fit, unsigned columns);
/* Where pieces are written to. */
struct out *fit_out(struct fit *fit);
/* What is written from now on is this piece. The first one is to be kept. */
void fit_piece(struct fit *fit, struct fit_piece piece);
/* The line is written, and a newline. */
void fit_end(struct fit *fit);

/* Is there little room for any line? */
bool fit_is_narrow(const struct fit *fit);

#endif
