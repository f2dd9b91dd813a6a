/* SPDX-License-Identifier: MIT */
/*
 * A handshake for a terminal: a head, then its rows; the initiator's on the left and the acceptor's on the
 * right where there is room, else below each other with the side's name. Where the width is known no line is
 * longer.
 */
#include "tools/view/timeline.h"

#include "tools/base/safe.h"
#include "tools/view/timeline_lines.h"

#include <stdlib.h>
#include <string.h>

#define TWO_COLUMNS 100 /* from this width on */

static const char *const sides[] = {"initiator", "acceptor"};

struct text {
	struct out *out;
	unsigned width; /* 0: it is not known, and a line may be of any length */
	bool two;
	bool failed; /* no memory */
};

static bool has_failed(const struct timeline_row *row)
{
	return row->step && row->step->failed;
}

/* How a row is painted; "": not at all. */
static const char *paint_of(const struct timeline_row *row)
{
	if (row->kind == TIMELINE_WITHIN)
		return "31";
	if (has_failed(row) && row->kind != TIMELINE_TOKEN)
		return "1;31";
	if (row->kind == TIMELINE_LEFT)
		return "33";
	if (row->kind == TIMELINE_WAIT)
		return "2";
	if (row->kind == TIMELINE_TOKEN)
		return "1";
	return row->kind == TIMELINE_IMPORT && row->place->again ? "33" : "";
}

static bool is_sent(const struct timeline_row *row)
{
	return row->kind == TIMELINE_TOKEN || (row->kind == TIMELINE_MESSAGE && !timeline_received(row));
}

/* The row's words with an arrow, which points from the initiator's side to the acceptor's or back. */
static char *arrowed(const struct exchange *exchange, const struct timeline_row *row)
{
	char *words = timeline_words(exchange, row), *text;
	bool there = (row->side == EXCHANGE_INITIATOR) == is_sent(row);

	if (!words || (!is_sent(row) && !timeline_received(row)))
		return words;
	if (asprintf(&text, there && is_sent(row) ? "%s -->" : there ? "--> %s" : "<-- %s", words) < 0)
		text = NULL;
	free(words);
	return text;
}

static void row_text(struct text *to, const struct exchange *exchange, const struct timeline_rows *rows,
		     const struct timeline_row *row)
{
	char head[64], *words = arrowed(exchange, row);
	double ms = (double)(int64_t)(row->time - rows->start) / 1e6;
	bool right = to->two && row->side == EXCHANGE_ACCEPTOR;
	size_t half = to->width / 2;

	if (!words) {
		to->failed = true;
		return;
	}
	snprintf(head, sizeof(head), "%10.2f  ", ms);
	if (!to->two)
		snprintf(head + strlen(head), sizeof(head) - strlen(head), "%-9s  ", sides[row->side]);
	timeline_lines(to->out, head, right ? half : strlen(head), to->two && !right ? half - 2 : to->width,
		       words, paint_of(row));
	free(words);
}

static void note(struct text *to, char *text, const char *paint)
{
	if (text)
		timeline_lines(to->out, "  ", 2, to->width, text, paint);
	else
		to->failed = true;
	free(text);
}

static char *name_or(struct model_text name, const char *nobody)
{
	return name.length ? safe_text(name.at, name.length) : strdup(nobody);
}

/* What the first side that knows it says. */
static struct model_text told(const struct exchange *exchange, size_t offset)
{
	for (int i = 0; i < EXCHANGE_SIDES; i++) {
		const struct model_talk *talk = exchange->sides[i].talk;
		const struct model_text *text =
			talk ? (const struct model_text *)(const void *)((const char *)talk + offset) : NULL;

		if (text && text->length)
			return *text;
	}
	return (struct model_text){0};
}

static void title(struct text *to, const struct exchange *exchange)
{
	char *initiator = name_or(told(exchange, offsetof(struct model_talk, initiator)), "somebody");
	char *acceptor = name_or(told(exchange, offsetof(struct model_talk, acceptor)), "a service");
	const struct model_talk *talk = exchange->sides[EXCHANGE_INITIATOR].talk;
	bool any = talk || exchange->sides[EXCHANGE_ACCEPTOR].talk;
	char *text = NULL, hash[64] = "", stamp[32];

	if (!talk)
		talk = exchange->sides[EXCHANGE_ACCEPTOR].talk;
	snprintf(stamp, sizeof(stamp), "%s", out_stamp(to->out, exchange_begin(exchange)));
	for (size_t i = 0; i < exchange->hash.length && i < 8; i++)
		snprintf(hash + 2 * i, 3, "%02x", (uint8_t)exchange->hash.at[i]);
	if (!initiator || !acceptor)
		to->failed = true;
	else if (!any && asprintf(&text, "%s a context that was imported", stamp) < 0)
		text = NULL;
	else if (any && talk->credential &&
		 asprintf(&text, "%s credentials that could not be had", stamp) < 0)
		text = NULL;
	else if (any && !talk->credential &&
		 asprintf(&text, "%s %s to %s: %s %s %.2f ms%s%s", stamp, initiator, acceptor,
			  timeline_outcome(exchange), model_talk_was_left(talk) ? "within" : "after",
			  (double)(talk->last - talk->first) / 1e6, *hash ? ", handshake " : "", hash) < 0)
		text = NULL;
	free(initiator);
	free(acceptor);
	if (text)
		timeline_lines(to->out, "", 0, to->width, text, exchange_failed(exchange) ? "1;31" : "1");
	else
		to->failed = true;
	free(text);
}

/* Containers of one host are told apart by their pid namespaces. */
static struct model_text container(const struct exchange *exchange, int side)
{
	const struct model_talk *one = exchange->sides[side].talk, *other = exchange->sides[!side].talk;
	const struct model_text none = {0};

	if (!one || !other || timeline_two_hosts(exchange) ||
	    model_text_same(one->process->program->container, other->process->program->container))
		return none;
	return one->process->program->container;
}

static char *process(const struct exchange *exchange, int side)
{
	const struct model_talk *talk = exchange->sides[side].talk;
	struct model_text within = container(exchange, side);
	char *who = timeline_who(talk->process->program, talk->pid), *where = name_or(within, ""), *text;

	if (!who || !where ||
	    asprintf(&text, "%s: %s%s%s", sides[side], who, *where ? ", in the container " : "", where) < 0)
		text = NULL;
	free(who);
	free(where);
	return text;
}

static void programs(struct text *to, const struct exchange *exchange)
{
	for (int i = 0; i < EXCHANGE_SIDES; i++) {
		const struct model_talk *other = exchange->sides[!i].talk;
		char *text;

		if (exchange->sides[i].talk)
			note(to, process(exchange, i), "");
		else if (other && !other->credential && !exchange->repeated)
			note(to,
			     asprintf(&text, "no %s of it is in these traces", sides[i]) < 0 ? NULL : text,
			     "33");
	}
	if (exchange->repeated)
		note(to, strdup("its first token had been given to an acceptor before"), "33");
	if (!exchange->sides[0].talk && !exchange->sides[1].talk)
		note(to, strdup("its export is in none of these traces"), "33");
}

static void clocks(struct text *to, const struct exchange *exchange, const struct exchange_clock *clock)
{
	double ahead = (double)clock->ahead / 1e6;
	char *text;
	int error;

	if (!clock->differs && !timeline_two_hosts(exchange))
		return;
	if (clock->known)
		error = asprintf(
			&text, "the acceptor's clock is %.3f ms %s the initiator's, by %.3f ms either way%s",
			ahead < 0 ? -ahead : ahead, ahead < 0 ? "behind" : "ahead of",
			(double)clock->within / 1e6, clock->differs ? "; its times are moved by this" : "");
	else if (clock->bounded)
		error = asprintf(&text,
				 "how far the clocks are apart is not known: no token was seen to go back; "
				 "the acceptor's is ahead by %.3f ms at most",
				 ahead);
	else
		return;
	note(to, error < 0 ? NULL : text, clock->differs ? "33" : "");
}

static void reason(struct text *to, const struct exchange *exchange, int side)
{
	const struct model_talk *talk = exchange->sides[side].talk;
	const struct model_ends ends = exchange_ends(exchange);
	bool unproven = model_ends_unproven(&ends);
	char *why, *text;

	if (!talk || !talk->reason.length || talk->outcome == TR_OUTCOME_ESTABLISHED)
		return;
	why = safe_text(talk->reason.at, talk->reason.length);
	if (!why || asprintf(&text, "%s by the %s%s: %s",
			     unproven ? "given up" : timeline_outcome_word(talk->outcome), sides[side],
			     unproven ? " before it saw the acceptor's proof" : "", why) < 0)
		text = NULL;
	free(why);
	note(to, text, unproven ? "33" : "31");
}

/* The side that ended first has what the other one's came of. */
static void reasons(struct text *to, const struct exchange *exchange, int64_t shifted)
{
	const struct model_talk *init = exchange->sides[EXCHANGE_INITIATOR].talk,
				*acc = exchange->sides[EXCHANGE_ACCEPTOR].talk;
	int first = init && acc && acc->last - (uint64_t)shifted < init->last ? EXCHANGE_ACCEPTOR
									      : EXCHANGE_INITIATOR;

	reason(to, exchange, first);
	reason(to, exchange, !first);
}

/* A ZeroMQ connection without security: there is nothing but its ends. */
static void plain(struct text *to, const struct exchange_plain *of)
{
	char *endpoint = name_or(of->endpoint, "an endpoint"), *peer = name_or(of->peer, "a peer"),
	     *text = NULL, *who = timeline_who(of->program, of->pid), *reason = name_or(of->reason, "");

	if (endpoint && peer && who && reason &&
	    asprintf(&text, "%s %s: connection without security", out_stamp(to->out, of->time), endpoint) < 0)
		text = NULL;
	if (text)
		timeline_lines(to->out, "", 0, to->width, text, "33");
	free(text);
	if (asprintf(&text, "%s, with %s", who, peer) < 0 || !who || !peer)
		text = NULL;
	note(to, text, "");
	if (of->ended)
		note(to, asprintf(&text, "ended after %.2f ms", (double)of->age / 1e6) < 0 ? NULL : text, "");
	if (reason && *reason)
		note(to, strdup(reason), "");
	free(endpoint);
	free(peer);
	free(who);
	free(reason);
	out_char(to->out, '\n');
}

bool timeline_text(struct out *out, const struct exchange *exchange, const struct timeline_rows *rows,
		   unsigned columns)
{
	bool both = exchange->sides[EXCHANGE_INITIATOR].talk && exchange->sides[EXCHANGE_ACCEPTOR].talk;
	struct text to = {.out = out, .width = columns, .two = both && columns >= TWO_COLUMNS};

	if (exchange->plain.program) {
		plain(&to, &exchange->plain);
		return !to.failed;
	}
	title(&to, exchange);
	programs(&to, exchange);
	clocks(&to, exchange, &rows->clock);
	reasons(&to, exchange, rows->shifted);
	if (to.two)
		timeline_lines(out, "        ms  initiator", columns / 2, columns, "acceptor", "");
	for (size_t i = 0; i < rows->count; i++)
		row_text(&to, exchange, rows, &rows->rows[i]);
	out_char(out, '\n');
	return !to.failed;
}
