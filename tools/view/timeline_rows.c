/* SPDX-License-Identifier: MIT */
/*
 * The rows of a handshake. The acceptor's are put on the initiator's clock where the two differ, so that no
 * token is there before it was sent; within a host times are left as they are.
 */
#include "tools/view/timeline.h"

#include <stdlib.h>
#include <string.h>

#define MOST 4096 /* rows of a handshake; a hostile trace has calls without end */

static struct timeline_row *add(struct timeline_rows *rows, int side, enum timeline_kind kind, uint64_t time)
{
	struct timeline_row *row;

	if (rows->count == rows->room) {
		size_t room = rows->room ? 2 * rows->room : 32;
		struct timeline_row *more = reallocarray(rows->rows, room, sizeof(*more));

		if (!more)
			return NULL;
		rows->rows = more;
		rows->room = room;
	}
	row = &rows->rows[rows->count];
	*row = (struct timeline_row){.side = side, .kind = kind, .order = (unsigned)rows->count};
	row->time = time - (side == EXCHANGE_ACCEPTOR ? (uint64_t)rows->shifted : 0);
	rows->count++;
	return row;
}

static bool same(const struct model_token *a, const struct model_token *b)
{
	return a->length && a->length == b->length && !memcmp(a->hash, b->hash, sizeof(a->hash));
}

/* The call of the other side that was given this token. */
static const struct model_step *taker(const struct exchange *exchange, int side,
				      const struct model_token *out)
{
	const struct model_talk *other = exchange->sides[!side].talk;
	unsigned looked = 0;

	for (const struct model_step *step = other ? other->steps.first : NULL; step && looked < MOST;
	     step = step->next, looked++)
		if (!step->depth && same(&step->in, out))
			return step;
	return NULL;
}

static bool message_arrived(const struct exchange *exchange, int side, const struct exchange_message *message)
{
	for (const struct exchange_place *place = exchange->sides[!side].places; place; place = place->next)
		for (int kind = 0; kind < EXCHANGE_KINDS; kind++)
			for (int i = 0; i < EXCHANGE_FIRST; i++)
				if ((kind == EXCHANGE_UNWRAP || kind == EXCHANGE_VERIFY) &&
				    same(&place->kinds[kind].first[i].token, &message->token))
					return true;
	return false;
}

/* Between two calls of a side the other one had the word. */
static bool wait_between(struct timeline_rows *rows, const struct exchange *exchange, int side,
			 const struct model_step *before, const struct model_step *step)
{
	uint64_t start = step->time - step->duration;
	const struct model_step *other = taker(exchange, side, &before->out);
	struct timeline_row *row;

	if (start <= before->time)
		return true;
	row = add(rows, side, TIMELINE_WAIT, start);
	if (!row)
		return false;
	row->wait = start - before->time;
	row->worked = other && other->duration < row->wait ? other->duration : 0;
	return true;
}

static bool call(struct timeline_rows *rows, const struct exchange *exchange, int side,
		 const struct model_step *step)
{
	struct timeline_row *row = add(rows, side, TIMELINE_CALL, step->time - step->duration);

	if (!row)
		return false;
	row->step = step;
	if (!step->out.length)
		return true;
	row = add(rows, side, TIMELINE_TOKEN, step->time);
	if (!row)
		return false;
	row->step = step;
	row->arrived = taker(exchange, side, &step->out);
	return true;
}

/* A call that failed within another has returned before it. */
static bool within(const struct model_talk *talk, const struct model_step *step)
{
	return step->time >= talk->first && step->time <= talk->last;
}

static bool handshake(struct timeline_rows *rows, const struct exchange *exchange, int side)
{
	const struct model_talk *talk = exchange->sides[side].talk;
	const struct model_step *before = NULL;
	struct timeline_row *row;

	for (const struct model_step *step = talk->steps.first; step && rows->count < MOST;
	     step = step->next) {
		if (step->depth) {
			if (!within(talk, step))
				continue;
			row = add(rows, side, TIMELINE_WITHIN, step->time);
			if (!row)
				return false;
			row->step = step;
			continue;
		}
		if (before && !wait_between(rows, exchange, side, before, step))
			return false;
		if (!call(rows, exchange, side, step))
			return false;
		before = step;
	}
	if (talk->left.call)
		return add(rows, side, TIMELINE_LEFT,
			   talk->left.entered ? talk->left.entered : talk->left.noticed);
	return before || add(rows, side, TIMELINE_OUTCOME, talk->last);
}

static bool messages(struct timeline_rows *rows, const struct exchange *exchange, int side,
		     const struct exchange_place *place)
{
	for (int kind = 0; kind < EXCHANGE_KINDS; kind++) {
		const struct exchange_tally *tally = &place->kinds[kind];
		struct timeline_row *row;

		for (uint64_t i = 0; i < tally->count && i < EXCHANGE_FIRST; i++) {
			bool sent = kind == EXCHANGE_WRAP || kind == EXCHANGE_MIC;
			const struct exchange_message *message = &tally->first[i];

			row = add(rows, side, TIMELINE_MESSAGE,
				  sent ? message->time : message->time - message->duration);
			if (!row)
				return false;
			row->place = place;
			row->message = message;
			row->messages = (enum exchange_kind)kind;
			row->arrived = sent && message_arrived(exchange, side, message);
		}
		if (tally->count <= EXCHANGE_FIRST)
			continue;
		row = add(rows, side, TIMELINE_MORE, tally->last);
		if (!row)
			return false;
		row->place = place;
		row->messages = (enum exchange_kind)kind;
	}
	return true;
}

static bool in_place(struct timeline_rows *rows, const struct exchange *exchange, int side,
		     const struct exchange_place *place)
{
	struct timeline_row *row;

	if (place->came) {
		row = add(rows, side, place->forked ? TIMELINE_FORK : TIMELINE_IMPORT, place->came);
		if (!row)
			return false;
		row->place = place;
	}
	if (!messages(rows, exchange, side, place))
		return false;
	for (const struct model_step *step = place->failed.first; step; step = step->next) {
		row = add(rows, side, TIMELINE_FAILED, step->time);
		if (!row)
			return false;
		row->place = place;
		row->step = step;
	}
	if (place->end == EXCHANGE_OPEN)
		return true;
	row = add(rows, side, TIMELINE_END, place->went);
	if (row)
		row->place = place;
	return row;
}

/* libzmq begins with GSSAPI when it has both greetings, and each said GSSAPI: neither is an event. The thread
 * that does so acquires its credentials first. */
static uint64_t greeted(const struct exchange_side *at)
{
	for (const struct model_step *step = at->before.first; step; step = step->next)
		if (step->tid == at->talk->tid)
			return step->time - step->duration;
	return at->talk->first;
}

static bool zmq(struct timeline_rows *rows, const struct exchange_side *at, int side)
{
	/* Which of several times it was is not known. */
	if (at->endpoint && at->endpoint->times == 1 &&
	    !add(rows, side, TIMELINE_OPENED, at->endpoint->opened - at->endpoint->duration))
		return false;
	return !at->talk || !at->talk->zmq || !model_talk_last(at->talk) ||
	       add(rows, side, TIMELINE_GREETED, greeted(at));
}

static bool of_side(struct timeline_rows *rows, const struct exchange *exchange, int side)
{
	const struct exchange_side *at = &exchange->sides[side];

	for (const struct model_step *step = at->before.first; step; step = step->next) {
		struct timeline_row *row = add(rows, side, TIMELINE_BEFORE, step->time - step->duration);

		if (!row)
			return false;
		row->step = step;
	}
	if (!zmq(rows, at, side))
		return false;
	if (at->talk && !handshake(rows, exchange, side))
		return false;
	for (const struct exchange_place *place = at->places; place; place = place->next)
		if (!in_place(rows, exchange, side, place))
			return false;
	return true;
}

static int by_time(const void *a, const void *b)
{
	const struct timeline_row *one = a, *other = b;

	if (one->time != other->time)
		return one->time < other->time ? -1 : 1;
	return one->order < other->order ? -1 : 1;
}

static uint64_t start_of(const struct timeline_rows *rows, const struct exchange *exchange)
{
	const struct model_talk *init = exchange->sides[EXCHANGE_INITIATOR].talk;

	return init ? init->first : exchange_begin(exchange) - (uint64_t)rows->shifted;
}

bool timeline_rows(struct timeline_rows *rows, const struct exchange *exchange)
{
	rows->count = 0;
	rows->clock = exchange_clock(exchange);
	rows->shifted = rows->clock.differs ? rows->clock.ahead : 0;
	rows->start = start_of(rows, exchange);
	for (int side = 0; side < EXCHANGE_SIDES; side++)
		if (!of_side(rows, exchange, side))
			return false;
	if (rows->count)
		qsort(rows->rows, rows->count, sizeof(*rows->rows), by_time);
	return true;
}

void timeline_rows_free(struct timeline_rows *rows)
{
	free(rows->rows);
	*rows = (struct timeline_rows){0};
}
