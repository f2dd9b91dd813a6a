/* SPDX-License-Identifier: MIT */
/*
 * See fit_share.h. What is needed gets a little room each, then those that lack least get the rest, and what
 * is left is for more.
 */
#include "tools/view/fit_share.h"

#include "tools/out/terminal.h"

#include <string.h>

#define LEAST 8	 /* columns; of a needed piece, less than that tells nothing, unless its rank is 0 */
#define FAIR 20	 /* so many for each, before one gets more */
#define RANKS 16 /* there are less */

size_t fit_share_mark(void)
{
	const char *ellipsis = terminal_ellipsis();

	return terminal_width(ellipsis, strlen(ellipsis));
}

size_t fit_share_measure(struct fit_share *share, size_t *all)
{
	size_t kept = 0;

	*all = 0;
	share->opened = share->brackets = false;
	for (struct piece *piece = share->pieces; piece < share->pieces + share->count; piece++) {
		const char *text = share->text + piece->begin;
		size_t length = piece->end - piece->begin;

		*all += terminal_width(text, length);
		if (!length)
			piece->is.lead = 0;
		piece->width = terminal_width(text + piece->is.lead, length - piece->is.lead);
		piece->shown = piece->is.kind == FIT_KEEP ? piece->width : 0;
		kept += piece->shown;
		share->brackets |= piece->is.kind == FIT_OPEN;
	}
	return kept;
}

/* What a piece takes beside its own width. */
static size_t around(const struct fit_share *share, const struct piece *piece)
{
	if (!piece->is.listed)
		return 0;
	if (share->opened)
		return 2; /* ", " */
	return share->brackets ? 3 : 0;
}

static void admit(struct fit_share *share, struct piece *piece, size_t columns)
{
	if (!columns) /* such as a phrase of a token that has none */
		return;
	share->left -= columns + around(share, piece);
	share->opened |= piece->is.listed;
	piece->shown = columns;
}

static void admit_needed(struct fit_share *share, unsigned rank)
{
	for (struct piece *piece = share->pieces; piece < share->pieces + share->count; piece++) {
		size_t room = around(share, piece);
		size_t wanted = piece->width < FAIR || !rank ? piece->width : FAIR;

		if (piece->is.kind != FIT_NEEDED || piece->is.rank != rank || share->left <= room)
			continue;
		room = share->left - room;
		if (room >= wanted)
			admit(share, piece, wanted);
		else if (room >= (rank ? LEAST : fit_share_mark() + 1))
			admit(share, piece, room);
	}
}

static struct piece *lacks_least(struct fit_share *share)
{
	struct piece *least = NULL;

	for (struct piece *piece = share->pieces; piece < share->pieces + share->count; piece++)
		if (piece->shown && piece->shown < piece->width &&
		    (!least || piece->width - piece->shown < least->width - least->shown))
			least = piece;
	return least;
}

static void grow(struct fit_share *share)
{
	struct piece *piece;

	while (share->left && (piece = lacks_least(share))) {
		size_t more = piece->width - piece->shown;

		if (more > share->left)
			more = share->left;
		piece->shown += more;
		share->left -= more;
	}
}

/* False: one of them is left out. */
static bool admit_more(struct fit_share *share, unsigned rank)
{
	for (struct piece *piece = share->pieces; piece < share->pieces + share->count; piece++) {
		if (piece->is.kind != FIT_MORE || piece->is.rank != rank)
			continue;
		if (piece->width + around(share, piece) > share->left)
			return false;
		admit(share, piece, piece->width);
	}
	return true;
}

/* A piece that is cut says so itself; a list says of its own what is left out. */
static bool needs_mark(const struct fit_share *share)
{
	bool list = false, left_out = false, cut = false;

	for (size_t i = 0; i < share->count; i++)
		list |= share->pieces[i].is.kind == FIT_MARK && share->pieces[i].is.listed;
	for (size_t i = 0; i < share->count; i++) {
		const struct piece *piece = share->pieces + i;

		if (list && !piece->is.listed)
			continue;
		left_out |= (piece->is.kind == FIT_NEEDED || piece->is.kind == FIT_MORE) && piece->width &&
			    !piece->shown;
		cut |= piece->shown && piece->shown < piece->width;
	}
	return left_out && !cut;
}

bool fit_share_out(struct fit_share *share, size_t kept)
{
	size_t mark = fit_share_mark() + 2;
	struct piece *cut;

	share->left = share->columns > kept + mark ? share->columns - kept - mark : 0;
	for (unsigned rank = 0; rank < RANKS; rank++)
		admit_needed(share, rank);
	grow(share);
	for (unsigned rank = 0; rank < RANKS && admit_more(share, rank); rank++)
		;
	if (needs_mark(share))
		return true;
	/* Its room is nobody's now; what is whole by it would need the mark again. */
	cut = lacks_least(share);
	if (cut)
		cut->shown += cut->width - cut->shown > mark ? mark : cut->width - cut->shown - 1;
	return false;
}
