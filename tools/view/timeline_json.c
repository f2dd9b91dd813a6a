/* SPDX-License-Identifier: MIT */
/* A handshake as one object of JSON Lines, with its rows as `steps`. */
#include "tools/view/timeline.h"

#include "tools/names/names.h"

#include <stdlib.h>

static const char *const sides[] = {"initiator", "acceptor"};

static const char *const kinds[] = {
	[TIMELINE_OPENED] = "opened",	   [TIMELINE_GREETED] = "greeted",
	[TIMELINE_BEFORE] = "before",	   [TIMELINE_CALL] = "call",
	[TIMELINE_WITHIN] = "within",	   [TIMELINE_TOKEN] = "token",
	[TIMELINE_WAIT] = "wait",	   [TIMELINE_OUTCOME] = "outcome",
	[TIMELINE_MESSAGE] = "message",	   [TIMELINE_MORE] = "messages",
	[TIMELINE_FAILED] = "failed_call", [TIMELINE_IMPORT] = "import",
	[TIMELINE_FORK] = "fork",	   [TIMELINE_END] = "end",
	[TIMELINE_LEFT] = "left",
};

static void text(struct js *js, const char *key, struct model_text value)
{
	if (!value.length)
		return;
	js_key(js, key);
	js_text(js, value.at, value.length);
}

static void token(struct js *js, const char *key, const struct model_token *token)
{
	if (!token->length)
		return;
	js_key(js, key);
	js_object(js);
	js_set_unsigned(js, "length", token->length);
	js_key(js, "hash");
	js_bytes(js, token->hash, sizeof(token->hash));
	text(js, "phrase", token->phrase);
	js_object_end(js);
}

static void program(struct js *js, const struct model_program *of, uint32_t pid)
{
	text(js, "program", of->name);
	js_set_unsigned(js, "pid", pid);
	text(js, "host", of->host);
	text(js, "container", of->container);
}

static void major(struct js *js, uint32_t number)
{
	const char *names[NAMES_MAX];
	uint32_t rest;
	size_t count = names_major(number, names, &rest);

	js_set_unsigned(js, "major", number);
	if (!count)
		return;
	js_key(js, "major_name");
	js_string(js, names[0]);
}

static void call(struct js *js, const struct timeline_row *row)
{
	const struct model_step *step = row->step;

	js_set_string(js, "call", tr_call_name(step->call));
	if (row->kind == TIMELINE_TOKEN) {
		token(js, "token", &step->out);
		js_set_bool(js, "arrived", row->arrived);
		return;
	}
	js_set_unsigned(js, "duration_ns", step->duration);
	text(js, "name", step->name);
	major(js, step->major);
	if (step->failed)
		text(js, "minor_text", step->text);
	token(js, "received", &step->in);
}

static void message(struct js *js, const struct timeline_row *row)
{
	const struct exchange_message *of = row->message;

	js_set_string(js, "call", tr_call_name(of->call));
	js_set_unsigned(js, "length", of->length);
	if (row->messages == EXCHANGE_WRAP || row->messages == EXCHANGE_UNWRAP)
		js_set_bool(js, "encrypted", !of->clear);
	if (of->major)
		major(js, of->major);
	token(js, timeline_received(row) ? "received" : "token", &of->token);
	if (!timeline_received(row))
		js_set_bool(js, "arrived", row->arrived);
}

static void place(struct js *js, const struct timeline_row *row)
{
	static const char *const ends[] = {NULL, "deleted", "exported", "ended"};
	const struct exchange_place *of = row->place;

	program(js, of->program, of->pid);
	if (row->kind == TIMELINE_IMPORT) {
		if (of->after)
			js_set_unsigned(js, "after_export_ns", of->after);
		js_set_bool(js, "again", of->again);
	}
	if (row->kind != TIMELINE_END)
		return;
	js_set_string(js, "how", ends[of->end]);
	if (!of->summed)
		return;
	js_set_unsigned(js, "wrapped", of->wrapped);
	js_set_unsigned(js, "wrapped_bytes", of->wrapped_bytes);
	js_set_unsigned(js, "unwrapped", of->unwrapped);
	js_set_unsigned(js, "unwrapped_bytes", of->unwrapped_bytes);
}

static void more(struct js *js, const struct timeline_row *row)
{
	const struct exchange_tally *tally = &row->place->kinds[row->messages];

	js_set_string(js, "call", tr_call_name(tally->first[0].call));
	js_set_unsigned(js, "more", tally->count - EXCHANGE_FIRST);
	js_set_unsigned(js, "bytes_in_all", tally->bytes);
	if (tally->said)
		major(js, tally->said);
}

static void opened(struct js *js, const struct exchange_side *side)
{
	js_set_string(js, "call", tr_call_name(side->endpoint->call));
	text(js, "endpoint", side->talk->endpoint);
	js_set_bool(js, "injected", side->endpoint->injected);
	text(js, "service", side->endpoint->service);
}

static void left(struct js *js, const struct model_talk *talk)
{
	js_set_string(js, "call", tr_call_name(talk->left.call));
	if (talk->left.entered)
		js_set_unsigned(js, "noticed_after_ns", talk->left.noticed - talk->left.entered);
}

static void step(struct js *js, const struct exchange *exchange, const struct timeline_rows *rows,
		 const struct timeline_row *row)
{
	js_object(js);
	js_key(js, "at_ns");
	js_signed(js, (int64_t)(row->time - rows->start));
	js_set_string(js, "side", sides[row->side]);
	js_set_string(js, "step", kinds[row->kind]);
	if (row->step)
		call(js, row);
	if (row->kind == TIMELINE_OPENED)
		opened(js, &exchange->sides[row->side]);
	if (row->kind == TIMELINE_LEFT)
		left(js, exchange->sides[row->side].talk);
	if (row->message)
		message(js, row);
	js_set_string(js, "zmtp", timeline_zmtp(exchange, row));
	if (row->kind == TIMELINE_MORE)
		more(js, row);
	if (row->kind == TIMELINE_IMPORT || row->kind == TIMELINE_FORK || row->kind == TIMELINE_END)
		place(js, row);
	else if (row->place && row->place->came)
		js_set_unsigned(js, "pid", row->place->pid);
	if (row->kind == TIMELINE_WAIT) {
		js_set_string(js, "for", sides[!row->side]);
		js_set_unsigned(js, "waited_ns", row->wait);
		js_set_unsigned(js, "other_worked_ns", row->worked);
	}
	js_object_end(js);
}

static void side(struct js *js, const char *key, const struct model_talk *talk)
{
	if (!talk)
		return;
	js_key(js, key);
	js_object(js);
	program(js, talk->process->program, talk->pid);
	js_set_string(js, "outcome", timeline_outcome_word(talk->outcome));
	js_set_time(js, "time", talk->first);
	if (!model_talk_was_left(talk))
		js_set_unsigned(js, "duration_ns", talk->last - talk->first);
	text(js, "initiator", talk->initiator);
	text(js, "acceptor", talk->acceptor);
	text(js, "reason", talk->reason);
	text(js, "endpoint", talk->endpoint);
	text(js, "peer", talk->peer);
	js_object_end(js);
}

static void clock_of(struct js *js, const struct timeline_rows *rows)
{
	if (!rows->clock.known)
		return;
	js_key(js, "acceptor_clock");
	js_object(js);
	js_key(js, "ahead_ns");
	js_signed(js, rows->clock.ahead);
	js_set_unsigned(js, "within_ns", rows->clock.within);
	js_set_bool(js, "differs", rows->clock.differs);
	js_object_end(js);
}

static void plain(struct js *js, const struct exchange_plain *of)
{
	if (!of->program)
		return;
	program(js, of->program, of->pid);
	js_set_string(js, "role", of->role ? name_of(TR_TYPE_ROLE, of->role) : NULL);
	text(js, "endpoint", of->endpoint);
	text(js, "peer", of->peer);
	text(js, "reason", of->reason);
	if (of->ended)
		js_set_unsigned(js, "age_ns", of->age);
}

static const char *kind_of(const struct exchange *exchange)
{
	if (exchange->plain.program)
		return "unsecured_connection";
	for (int i = 0; i < EXCHANGE_SIDES; i++)
		if (exchange->sides[i].talk)
			return exchange->sides[i].talk->credential ? "credential" : "handshake";
	return "imported_context";
}

bool timeline_json(struct out *out, const struct exchange *exchange, const struct timeline_rows *rows)
{
	struct js js;

	js_init(&js, out);
	js_object(&js);
	js_set_string(&js, "kind", kind_of(exchange));
	if (exchange->hash.length) {
		js_key(&js, "handshake");
		js_bytes(&js, (const uint8_t *)exchange->hash.at, exchange->hash.length);
	}
	js_set_time(&js, "time", rows->start);
	if (!exchange->plain.program)
		js_set_string(&js, "outcome", timeline_outcome(exchange));
	js_set_bool(&js, "repeated", exchange->repeated);
	plain(&js, &exchange->plain);
	clock_of(&js, rows);
	for (int i = 0; i < EXCHANGE_SIDES; i++)
		side(&js, sides[i], exchange->sides[i].talk);
	js_key(&js, "steps");
	js_array(&js);
	for (size_t i = 0; i < rows->count; i++)
		step(&js, exchange, rows, &rows->rows[i]);
	js_array_end(&js);
	js_object_end(&js);
	js_line(&js);
	return true;
}
