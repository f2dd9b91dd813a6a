/* SPDX-License-Identifier: MIT */
/* What is asked of a handshake as a whole by both of its views. */
#include "tools/view/timeline.h"

#include "tools/names/names.h"

#include <string.h>

const struct model_token *timeline_received(const struct timeline_row *row)
{
	if (row->kind == TIMELINE_CALL && row->step->in.length)
		return &row->step->in;
	if (row->kind == TIMELINE_MESSAGE &&
	    (row->messages == EXCHANGE_UNWRAP || row->messages == EXCHANGE_VERIFY))
		return &row->message->token;
	return NULL;
}

/* ZMTP 3.0, "The GSSAPI Mechanism": what each end protects first is READY. */
const char *timeline_zmtp(const struct exchange *exchange, const struct timeline_row *row)
{
	const struct model_talk *talk = exchange->sides[row->side].talk;
	const struct exchange_tally *tally;

	if (row->kind != TIMELINE_MESSAGE || !talk || !talk->zmq ||
	    (row->messages != EXCHANGE_WRAP && row->messages != EXCHANGE_UNWRAP))
		return NULL;
	tally = &row->place->kinds[row->messages];
	return row->message == &tally->first[0] ? "READY" : "first message";
}

bool timeline_two_hosts(const struct exchange *exchange)
{
	const struct model_talk *init = exchange->sides[EXCHANGE_INITIATOR].talk,
				*acc = exchange->sides[EXCHANGE_ACCEPTOR].talk;

	if (!init || !acc)
		return false;
	if (init->process->identity && acc->process->identity &&
	    !model_text_same(init->process->identity->boot, acc->process->identity->boot))
		return true;
	return !model_text_same(init->process->program->host, acc->process->program->host);
}

/* A trace can hold any number. */
const char *timeline_outcome_word(enum tr_outcome outcome)
{
	const char *word = outcome ? name_of(TR_TYPE_OUTCOME, outcome) : NULL;

	return word ? word : "unfinished";
}

const char *timeline_outcome(const struct exchange *exchange)
{
	return timeline_outcome_word(exchange_outcome(exchange));
}

static bool has_prefix(struct model_text hash, const char *prefix)
{
	size_t length = strlen(prefix);

	if (length > 2 * hash.length)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned byte = (uint8_t)hash.at[i / 2], digit = i % 2 ? byte & 15 : byte >> 4;

		if ("0123456789abcdef"[digit] != (prefix[i] | (prefix[i] >= 'A' ? 0x20 : 0)))
			return false;
	}
	return true;
}

bool timeline_is_chosen(const struct timeline_choice *choice, const struct exchange *exchange)
{
	bool empty = true;

	for (int i = 0; i < EXCHANGE_SIDES; i++)
		empty &= !exchange->sides[i].talk && !exchange->sides[i].places;
	empty &= !exchange->plain.program;
	if (empty || (choice->failed && !exchange_failed(exchange)))
		return false;
	return !choice->handshake || has_prefix(exchange->hash, choice->handshake);
}
