/* SPDX-License-Identifier: MIT */
/* Rows in words. What is of a trace goes through safe_put, so that a line's width can be counted. */
#include "tools/view/timeline.h"

#include "tools/base/safe.h"
#include "tools/names/names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const sides[] = {"initiator", "acceptor"};

static void put(FILE *to, struct model_text text)
{
	safe_put(text.at, text.length, to);
}

static void ms(FILE *to, uint64_t ns)
{
	fprintf(to, ns < 100000000 ? "%.2f ms" : "%.1f ms", (double)ns / 1e6);
}

static void status(FILE *to, uint32_t major)
{
	const char *names[NAMES_MAX];
	uint32_t rest;
	size_t count = names_major(major, names, &rest);

	for (size_t i = 0; i < count; i++)
		fprintf(to, "%s%s", i ? "|" : "", names[i]);
	if (rest)
		fprintf(to, "%s0x%" PRIx32, count ? "|" : "", rest);
}

static void name_of_call(FILE *to, uint32_t call)
{
	const char *name = tr_call_name(call);

	if (name)
		fputs(name, to);
	else
		fprintf(to, "call %" PRIu32, call);
}

static void token(FILE *to, const struct model_token *token)
{
	if (token->phrase.length) {
		put(to, token->phrase);
		fputs(", ", to);
	}
	fprintf(to, "%" PRIu64 " bytes", token->length);
}

static void result(FILE *to, const struct model_step *step)
{
	fputs(": ", to);
	status(to, step->major);
	if (step->failed && step->text.length) {
		fputs(", ", to);
		put(to, step->text);
	} else if (step->failed && *name_major_text(step->major)) {
		fprintf(to, ", %s", name_major_text(step->major));
	}
	fputs(", ", to);
	ms(to, step->duration);
}

static void of_call(FILE *to, const struct exchange *exchange, const struct timeline_row *row)
{
	const struct model_step *step = row->step;

	name_of_call(to, step->call);
	if (step->name.length && row->kind != TIMELINE_WITHIN) {
		fputs(" ", to);
		put(to, step->name);
	}
	if (step->in.length && row->kind == TIMELINE_CALL && !exchange->sides[!row->side].talk) {
		fputs(" given ", to);
		token(to, &step->in);
	}
	result(to, step);
}

static void wait_of(FILE *to, const struct timeline_row *row)
{
	fputs("waited ", to);
	ms(to, row->wait);
	fprintf(to, " for the %s", sides[!row->side]);
	if (!row->worked)
		return;
	fputs(", ", to);
	ms(to, row->worked);
	fprintf(to, " of it in its call");
}

static void outcome_of(FILE *to, const struct exchange *exchange, const struct timeline_row *row)
{
	const struct model_talk *talk = exchange->sides[row->side].talk;

	fputs("no calls of it are in the trace; ", to);
	fputs(timeline_outcome_word(talk->outcome), to);
	if (talk->duration) {
		fputs(" after ", to);
		ms(to, talk->duration);
	}
	if (talk->rounds)
		fprintf(to, ", %" PRIu64 " calls", talk->rounds);
	if (talk->reason.length) {
		fputs(": ", to);
		put(to, talk->reason);
	}
}

static void left_of(FILE *to, const struct model_talk *talk)
{
	name_of_call(to, talk->left.call);
	fputs(": never returned", to);
	if (talk->left.entered) {
		fputs(", noticed after ", to);
		ms(to, talk->left.noticed - talk->left.entered);
	}
	if (model_talk_was_left(talk) && talk->reason.length) {
		fputs(": ", to);
		put(to, talk->reason);
	}
}

static void who(FILE *to, const struct model_program *program, uint32_t pid)
{
	if (program->name.at)
		put(to, program->name);
	else
		fputs("a process", to);
	fprintf(to, "[%" PRIu32 "]", pid);
	if (!program->host.at)
		return;
	fputs(" on ", to);
	put(to, program->host);
}

static void opened(FILE *to, const struct exchange *exchange, const struct timeline_row *row)
{
	const struct exchange_side *side = &exchange->sides[row->side];

	name_of_call(to, side->endpoint->call);
	fputs(" ", to);
	put(to, side->talk->endpoint);
	if (side->endpoint->injected)
		fprintf(to, ", GSSAPI set on it %s ", row->side == EXCHANGE_INITIATOR ? "for" : "as");
	put(to, side->endpoint->service);
}

static void greeted(FILE *to, const struct exchange *exchange, const struct timeline_row *row)
{
	fputs("greetings are exchanged", to);
	if (exchange->sides[row->side].talk->peer.length) {
		fputs(" with ", to);
		put(to, exchange->sides[row->side].talk->peer);
	}
	fputs(", both ends offer GSSAPI", to);
}

static void message_of(FILE *to, const struct exchange *exchange, const struct timeline_row *row)
{
	const char *zmtp = timeline_zmtp(exchange, row);
	const struct exchange_message *message = row->message;
	bool wraps = row->messages == EXCHANGE_WRAP || row->messages == EXCHANGE_UNWRAP;

	if (zmtp)
		fprintf(to, "%s: ", zmtp);
	name_of_call(to, message->call);
	if (row->place->came)
		fprintf(to, " in [%" PRIu32 "]", row->place->pid);
	fprintf(to, " of %" PRIu64 " bytes", message->length);
	if (wraps)
		fputs(message->clear ? ", not encrypted" : ", encrypted", to);
	if (message->token.length)
		fprintf(to, ", %" PRIu64 " bytes", message->token.length);
	if (message->major) {
		fputs(": ", to);
		status(to, message->major);
	}
}

static void more_of(FILE *to, const struct timeline_row *row)
{
	const struct exchange_tally *tally = &row->place->kinds[row->messages];

	name_of_call(to, tally->first[0].call);
	if (row->place->came)
		fprintf(to, " in [%" PRIu32 "]", row->place->pid);
	fprintf(to, ": %" PRIu64 " more until now, %" PRIu64 " bytes in all", tally->count - EXCHANGE_FIRST,
		tally->bytes);
	if (tally->said) {
		fputs(", of them some: ", to);
		status(to, tally->said);
	}
}

static void import_of(FILE *to, const struct exchange *exchange, const struct timeline_row *row)
{
	const struct exchange_place *place = row->place;
	const struct model_talk *talk = exchange->sides[row->side].talk;

	fputs("gss_import_sec_context in ", to);
	if (talk && talk->process == place->process)
		fputs("the process of the handshake", to);
	else
		who(to, place->program, place->pid);
	if (place->after) {
		fputs(", ", to);
		ms(to, place->after);
		fputs(" after its export", to);
	}
	if (place->again)
		fputs("; it was imported before, so there is more than one of it", to);
}

static void end_of(FILE *to, const struct timeline_row *row)
{
	const struct exchange_place *place = row->place;

	switch (place->end) {
	case EXCHANGE_EXPORTED:
		fputs("gss_export_sec_context: the context leaves ", to);
		who(to, place->program, place->pid);
		break;
	case EXCHANGE_DELETED:
		fputs("gss_delete_sec_context", to);
		if (place->came)
			fprintf(to, " in [%" PRIu32 "]", place->pid);
		break;
	default:
		fputs("the context ended", to);
	}
	if (place->summed && (place->wrapped || place->unwrapped || place->end != EXCHANGE_EXPORTED))
		fprintf(to,
			"; wrapped %" PRIu64 " (%" PRIu64 " bytes), unwrapped %" PRIu64 " (%" PRIu64
			" bytes)",
			place->wrapped, place->wrapped_bytes, place->unwrapped, place->unwrapped_bytes);
}

static void row_of(FILE *to, const struct exchange *exchange, const struct timeline_row *row)
{
	switch (row->kind) {
	case TIMELINE_OPENED:
		opened(to, exchange, row);
		return;
	case TIMELINE_GREETED:
		greeted(to, exchange, row);
		return;
	case TIMELINE_LEFT:
		left_of(to, exchange->sides[row->side].talk);
		return;
	case TIMELINE_WITHIN:
		fputs("within: ", to);
		of_call(to, exchange, row);
		return;
	case TIMELINE_BEFORE:
	case TIMELINE_CALL:
	case TIMELINE_FAILED:
		of_call(to, exchange, row);
		return;
	case TIMELINE_TOKEN:
		token(to, &row->step->out);
		if (!row->arrived && exchange->sides[!row->side].talk)
			fprintf(to, ", which the %s was not seen to get", sides[!row->side]);
		return;
	case TIMELINE_WAIT:
		wait_of(to, row);
		return;
	case TIMELINE_OUTCOME:
		outcome_of(to, exchange, row);
		return;
	case TIMELINE_MESSAGE:
		message_of(to, exchange, row);
		return;
	case TIMELINE_MORE:
		more_of(to, row);
		return;
	case TIMELINE_IMPORT:
		import_of(to, exchange, row);
		return;
	case TIMELINE_FORK:
		fputs("fork: the context is also in ", to);
		who(to, row->place->program, row->place->pid);
		return;
	case TIMELINE_END:
		end_of(to, row);
	}
}

char *timeline_words(const struct exchange *exchange, const struct timeline_row *row)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	row_of(to, exchange, row);
	if (!fclose(to))
		return text;
	free(text);
	return NULL;
}

char *timeline_who(const struct model_program *program, uint32_t pid)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	who(to, program, pid);
	if (!fclose(to))
		return text;
	free(text);
	return NULL;
}
