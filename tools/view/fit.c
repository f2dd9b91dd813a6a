/* SPDX-License-Identifier: MIT */
/*
 * See fit.h. A line that is not cut is written at once. Another one is gathered first; when it is too long,
 * what is needed gets a little room each, then those that lack least get the rest, and what is left is for
 * more.
 */
#include "tools/view/fit.h"

#include "tools/out/terminal.h"

#include <stdlib.h>
#include <string.h>

#define LEAST 8	 /* columns; of a needed piece, less than that tells nothing, unless its rank is 0 */
#define FAIR 20	 /* so many for each, before one gets more */
#define RANKS 16 /* there are less */

struct piece {
	struct fit_piece is;
	size_t begin, end; /* in the text */
	size_t width;	   /* without lead */
	size_t shown;	   /* columns; 0: it is left out */
};

struct fit {
	struct out *out, gathered;
	FILE *memory;
	char *text;
	size_t length; /* of text; gathered has more */
	struct piece *pieces;
	size_t count, room;
	unsigned columns;
	size_t left;   /* columns that nothing has as yet */
	bool opened;   /* something listed is shown */
	bool brackets; /* which are only there for what is listed */
};

struct fit *fit_new(struct out *out)
{
	struct fit *fit = calloc(1, sizeof(*fit));

	if (!fit)
		return NULL;
	fit->out = out;
	fit->memory = open_memstream(&fit->text, &fit->length);
	if (fit->memory)
		return fit;
	free(fit);
	return NULL;
}

void fit_free(struct fit *fit)
{
	if (!fit)
		return;
	fclose(fit->memory);
	free(fit->text);
	free(fit->pieces);
	free(fit);
}

bool fit_is_narrow(const struct fit *fit)
{
	return fit->columns && fit->columns < FIT_NARROW;
}

void fit_begin(struct fit *fit, unsigned columns)
{
	fit->columns = columns;
	fit->count = 0;
	if (!columns)
		return;
	rewind(fit->memory);
	fit->length = 0;
	out_init(&fit->gathered, fit->memory, fit->out->colour, fit->out->utc);
	fit_piece(fit, (struct fit_piece){.kind = FIT_KEEP});
}

struct out *fit_out(struct fit *fit)
{
	return fit->columns ? &fit->gathered : fit->out;
}

static size_t written(const struct fit *fit)
{
	return fit->length + fit->gathered.used;
}

/* Without memory what follows belongs to the piece before. */
void fit_piece(struct fit *fit, struct fit_piece is)
{
	if (!fit->columns)
		return;
	if (fit->count == fit->room) {
		size_t room = fit->room ? 2 * fit->room : 32;
		struct piece *more = reallocarray(fit->pieces, room, sizeof(*more));

		if (!more)
			return;
		fit->pieces = more;
		fit->room = room;
	}
	if (fit->count)
		fit->pieces[fit->count - 1].end = written(fit);
	fit->pieces[fit->count++] = (struct piece){.is = is, .begin = written(fit)};
}

static size_t mark_width(void)
{
	const char *ellipsis = terminal_ellipsis();

	return terminal_width(ellipsis, strlen(ellipsis));
}

/* What a piece takes beside its own width. */
static size_t around(const struct fit *fit, const struct piece *piece)
{
	if (!piece->is.listed)
		return 0;
	if (fit->opened)
		return 2; /* ", " */
	return fit->brackets ? 3 : 0;
}

static void admit(struct fit *fit, struct piece *piece, size_t columns)
{
	fit->left -= columns + around(fit, piece);
	fit->opened |= piece->is.listed;
	piece->shown = columns;
}

static void admit_needed(struct fit *fit, unsigned rank)
{
	for (struct piece *piece = fit->pieces; piece < fit->pieces + fit->count; piece++) {
		size_t room = around(fit, piece);
		size_t wanted = piece->width < FAIR || !rank ? piece->width : FAIR;

		if (piece->is.kind != FIT_NEEDED || piece->is.rank != rank || fit->left <= room)
			continue;
		room = fit->left - room;
		if (room >= wanted)
			admit(fit, piece, wanted);
		else if (room >= (rank ? LEAST : mark_width() + 1))
			admit(fit, piece, room);
	}
}

static struct piece *lacks_least(struct fit *fit)
{
	struct piece *least = NULL;

	for (struct piece *piece = fit->pieces; piece < fit->pieces + fit->count; piece++)
		if (piece->shown && piece->shown < piece->width &&
		    (!least || piece->width - piece->shown < least->width - least->shown))
			least = piece;
	return least;
}

static void grow(struct fit *fit)
{
	struct piece *piece;

	while (fit->left && (piece = lacks_least(fit))) {
		size_t more = piece->width - piece->shown;

		if (more > fit->left)
			more = fit->left;
		piece->shown += more;
		fit->left -= more;
	}
}

/* False: one of them is left out. */
static bool admit_more(struct fit *fit, unsigned rank)
{
	for (struct piece *piece = fit->pieces; piece < fit->pieces + fit->count; piece++) {
		if (piece->is.kind != FIT_MORE || piece->is.rank != rank)
			continue;
		if (piece->width + around(fit, piece) > fit->left)
			return false;
		admit(fit, piece, piece->width);
	}
	return true;
}

/* A piece that is cut says so itself; a list says of its own what is left out. */
static bool needs_mark(const struct fit *fit)
{
	bool list = false, left_out = false, cut = false;

	for (size_t i = 0; i < fit->count; i++)
		list |= fit->pieces[i].is.kind == FIT_MARK && fit->pieces[i].is.listed;
	for (size_t i = 0; i < fit->count; i++) {
		const struct piece *piece = fit->pieces + i;

		if (list && !piece->is.listed)
			continue;
		left_out |= (piece->is.kind == FIT_NEEDED || piece->is.kind == FIT_MORE) && piece->width &&
			    !piece->shown;
		cut |= piece->shown && piece->shown < piece->width;
	}
	return left_out && !cut;
}

/* Returns whether there must be a mark. */
static bool share_out(struct fit *fit, size_t kept)
{
	size_t mark = mark_width() + 2;
	struct piece *cut;

	fit->left = fit->columns > kept + mark ? fit->columns - kept - mark : 0;
	for (unsigned rank = 0; rank < RANKS; rank++)
		admit_needed(fit, rank);
	grow(fit);
	for (unsigned rank = 0; rank < RANKS && admit_more(fit, rank); rank++)
		;
	if (needs_mark(fit))
		return true;
	/* Its room is nobody's now; what is whole by it would need the mark again. */
	cut = lacks_least(fit);
	if (cut && cut->width - cut->shown > mark)
		cut->shown += mark;
	return false;
}

/* Measures, shows what is always shown, and returns how wide that is; *all: how wide all is. */
static size_t measure(struct fit *fit, size_t *all)
{
	size_t kept = 0;

	*all = 0;
	fit->opened = fit->brackets = false;
	for (struct piece *piece = fit->pieces; piece < fit->pieces + fit->count; piece++) {
		const char *text = fit->text + piece->begin;
		size_t length = piece->end - piece->begin;

		*all += terminal_width(text, length);
		if (!length)
			piece->is.lead = 0;
		piece->width = terminal_width(text + piece->is.lead, length - piece->is.lead);
		piece->shown = piece->is.kind == FIT_KEEP ? piece->width : 0;
		kept += piece->shown;
		fit->brackets |= piece->is.kind == FIT_OPEN;
	}
	return kept;
}

/* Writes what has room in so many columns; escape sequences in any case. Returns the columns it took. */
static size_t put(struct out *out, const char *text, size_t length, size_t columns)
{
	size_t used = 0, one;
	bool full = false;

	for (; length; text += one, length -= one) {
		size_t width = terminal_character(text, length, &one);

		full |= used + width > columns;
		if (full && *text != '\033')
			continue;
		out_raw(out, text, one);
		used += width;
	}
	return used;
}

static void put_cut(struct out *out, const char *text, size_t length, size_t columns, size_t closing)
{
	size_t mark = mark_width() + closing;

	put(out, text, length - closing, columns > mark ? columns - mark : 0);
	out_str(out, terminal_ellipsis());
	out_raw(out, text + length - closing, closing);
}

static void put_piece(struct fit *fit, const struct piece *piece)
{
	const char *text = fit->text + piece->begin + piece->is.lead;
	size_t length = piece->end - piece->begin - piece->is.lead;

	if (piece->shown < piece->width)
		put_cut(fit->out, text, length, piece->shown, piece->is.closing);
	else
		out_raw(fit->out, text, length);
}

static void put_mark(struct fit *fit, const struct piece *piece)
{
	if (!piece->is.listed)
		out_char(fit->out, ' ');
	else if (fit->opened)
		out_str(fit->out, ", ");
	out_str(fit->out, terminal_ellipsis());
}

static void put_fitted(struct fit *fit, bool mark)
{
	bool any = fit->opened, joined;

	fit->opened = false;
	for (size_t i = 0; i < fit->count; i++) {
		const struct piece *piece = fit->pieces + i;

		if (piece->is.kind == FIT_MARK && mark)
			put_mark(fit, piece);
		else if ((piece->is.kind == FIT_OPEN || piece->is.kind == FIT_CLOSE) && any)
			out_raw(fit->out, fit->text + piece->begin, piece->end - piece->begin);
		if (!piece->shown && piece->is.kind != FIT_KEEP)
			continue;
		joined = piece->is.lead == 1 && piece[-1].shown;
		if (piece->is.listed && fit->opened)
			out_str(fit->out, joined ? " " : ", ");
		fit->opened |= piece->is.listed;
		put_piece(fit, piece);
	}
}

/* Where what is always there is too wide already. */
static void put_beginning(struct fit *fit)
{
	size_t left = fit->columns > mark_width() ? fit->columns - mark_width() : 0;

	for (const struct piece *piece = fit->pieces; piece < fit->pieces + fit->count; piece++)
		if (piece->is.kind == FIT_KEEP)
			left -= put(fit->out, fit->text + piece->begin, piece->end - piece->begin, left);
	out_str(fit->out, terminal_ellipsis());
}

void fit_end(struct fit *fit)
{
	size_t all, kept;

	if (fit->columns) {
		fit->pieces[fit->count - 1].end = written(fit);
		out_flush(&fit->gathered);
		kept = measure(fit, &all);
		if (all <= fit->columns)
			out_raw(fit->out, fit->text, fit->length);
		else if (kept + mark_width() > fit->columns)
			put_beginning(fit);
		else
			put_fitted(fit, share_out(fit, kept));
	}
	out_char(fit->out, '\n');
}
