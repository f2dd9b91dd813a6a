/* SPDX-License-Identifier: MIT */
/*
 * See fit.h. A line that is not cut is written at once. Another one is gathered first, and when it is too
 * long its pieces get their room (fit_share.c).
 */
#include "tools/view/fit.h"

#include "tools/out/terminal.h"
#include "tools/view/fit_share.h"

#include <stdlib.h>
#include <string.h>

struct fit {
	struct out *out, gathered;
	FILE *memory;
	size_t length; /* of the text; gathered has more */
	size_t room;   /* for pieces */
	struct fit_share share;
};

struct fit *fit_new(struct out *out)
{
	struct fit *fit = calloc(1, sizeof(*fit));

	if (!fit)
		return NULL;
	fit->out = out;
	fit->memory = open_memstream(&fit->share.text, &fit->length);
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
	free(fit->share.text);
	free(fit->share.pieces);
	free(fit);
}

bool fit_is_narrow(const struct fit *fit)
{
	return fit->share.columns && fit->share.columns < FIT_NARROW;
}

void fit_begin(struct fit *fit, unsigned columns)
{
	fit->share.columns = columns;
	fit->share.count = 0;
	if (!columns)
		return;
	rewind(fit->memory);
	fit->length = 0;
	out_init(&fit->gathered, fit->memory, fit->out->colour, fit->out->utc);
	fit_piece(fit, (struct fit_piece){.kind = FIT_KEEP});
}

struct out *fit_out(struct fit *fit)
{
	return fit->share.columns ? &fit->gathered : fit->out;
}

static size_t written(const struct fit *fit)
{
	return fit->length + fit->gathered.used;
}

/* Without memory what follows belongs to the piece before. */
void fit_piece(struct fit *fit, struct fit_piece is)
{
	if (!fit->share.columns)
		return;
	if (fit->share.count == fit->room) {
		size_t room = fit->room ? 2 * fit->room : 32;
		struct piece *more = reallocarray(fit->share.pieces, room, sizeof(*more));

		if (!more)
			return;
		fit->share.pieces = more;
		fit->room = room;
	}
	if (fit->share.count)
		fit->share.pieces[fit->share.count - 1].end = written(fit);
	fit->share.pieces[fit->share.count++] = (struct piece){.is = is, .begin = written(fit)};
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
	size_t mark = fit_share_mark() + closing;

	put(out, text, length - closing, columns > mark ? columns - mark : 0);
	out_str(out, terminal_ellipsis());
	out_raw(out, text + length - closing, closing);
}

static void put_piece(struct fit *fit, const struct piece *piece)
{
	const char *text = fit->share.text + piece->begin + piece->is.lead;
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
	else if (fit->share.opened)
		out_str(fit->out, ", ");
	out_str(fit->out, terminal_ellipsis());
}

static void put_fitted(struct fit *fit, bool mark)
{
	bool any = fit->share.opened, joined;

	fit->share.opened = false;
	for (size_t i = 0; i < fit->share.count; i++) {
		const struct piece *piece = fit->share.pieces + i;

		if (piece->is.kind == FIT_MARK && mark)
			put_mark(fit, piece);
		else if ((piece->is.kind == FIT_OPEN || piece->is.kind == FIT_CLOSE) && any)
			out_raw(fit->out, fit->share.text + piece->begin, piece->end - piece->begin);
		if (!piece->shown && piece->is.kind != FIT_KEEP)
			continue;
		joined = piece->is.lead == 1 && piece[-1].shown;
		if (piece->is.listed && fit->share.opened)
			out_str(fit->out, joined ? " " : ", ");
		fit->share.opened |= piece->is.listed;
		put_piece(fit, piece);
	}
}

/* Where what is always there is too wide already. */
static void put_beginning(struct fit *fit)
{
	size_t left = fit->share.columns > fit_share_mark() ? fit->share.columns - fit_share_mark() : 0;

	for (const struct piece *piece = fit->share.pieces; piece < fit->share.pieces + fit->share.count;
	     piece++)
		if (piece->is.kind == FIT_KEEP)
			left -= put(fit->out, fit->share.text + piece->begin, piece->end - piece->begin,
				    left);
	out_str(fit->out, terminal_ellipsis());
}

/* What there was no memory for is not there. */
static void lay_out(struct fit *fit)
{
	size_t all, kept;

	if (!fit->share.count || fit->gathered.failed) {
		out_raw(fit->out, fit->share.text, fit->length);
		return;
	}
	fit->share.pieces[fit->share.count - 1].end = fit->length;
	kept = fit_share_measure(&fit->share, &all);
	if (all <= fit->share.columns)
		out_raw(fit->out, fit->share.text, fit->length);
	else if (kept + fit_share_mark() > fit->share.columns)
		put_beginning(fit);
	else
		put_fitted(fit, fit_share_out(&fit->share, kept));
}

void fit_end(struct fit *fit)
{
	if (fit->share.columns) {
		out_flush(&fit->gathered);
		lay_out(fit);
	}
	out_char(fit->out, '\n');
}
