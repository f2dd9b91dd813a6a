/* SPDX-License-Identifier: MIT */
/* What a piece of a line is worth where the line has no room for all of it (fit.h). */
#ifndef TOOLS_VIEW_FIT_PIECE_H
#define TOOLS_VIEW_FIT_PIECE_H

#include <stdbool.h>

enum fit_kind {
	FIT_KEEP,   /* is always there */
	FIT_NEEDED, /* as much of it as there is room for */
	FIT_MORE,   /* as a whole, when all that is needed has room, or not at all */
	FIT_OPEN,   /* a bracket, for the sake of what is listed behind it */
	FIT_CLOSE,  /* the other one */
	FIT_MARK,   /* nothing; here an ellipsis says that something was left out */
};

struct fit_piece {
	enum fit_kind kind;
	unsigned char rank; /* within a kind, lower ones have room first; what is needed at 0, all it takes */
	unsigned char closing; /* bytes at its end that stay when it is cut */
	bool listed;	       /* one of several with ", " between them */
	unsigned char lead;    /* bytes of it that are that, or a blank, which joins it to the one before */
};

#endif
