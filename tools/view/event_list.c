/* SPDX-License-Identifier: MIT */
/*
 * Fields of an event as a list, and what they are worth where a line has no room for all of them: what names
 * somebody and says what a token is, is needed; a pointer tells least.
 */
#include "tools/view/event.h"

#include <string.h>

/* Of what is needed, after a call's result and its reason. */
enum needed { NEEDED_PHRASE = 2, NEEDED_TEXT };
/* After the parts of a sentence. */
enum more { MORE_NAME = 1, MORE_NUMBER, MORE_FLAGS, MORE_TOKEN, MORE_GROUP, MORE_HANDLE };

static struct fit_piece more(enum more rank)
{
	return (struct fit_piece){.kind = FIT_MORE, .rank = (unsigned char)rank, .listed = true};
}

static struct fit_piece needed(enum needed rank)
{
	return (struct fit_piece){.kind = FIT_NEEDED, .rank = (unsigned char)rank, .listed = true};
}

static struct fit_piece of_token(const struct tr_event *event, const struct tr_value *value)
{
	bool readable = value->id == TR_F_MESSAGE && tr_value_bytes(event, value).length;

	return readable ? needed(NEEDED_TEXT) : more(MORE_TOKEN);
}

static struct fit_piece of_field(const struct tr_event *event, const struct tr_value *value)
{
	switch (value->info ? value->info->type : TR_TYPE_HEX) {
	case TR_TYPE_TEXT:
	case TR_TYPE_TEXTS:
		return needed(NEEDED_TEXT);
	case TR_TYPE_TOKEN:
		return of_token(event, value);
	case TR_TYPE_INT:
	case TR_TYPE_UINT:
	case TR_TYPE_BOOL:
		return more(MORE_NUMBER);
	case TR_TYPE_GSS_FLAGS:
		return more(MORE_FLAGS);
	case TR_TYPE_GROUP:
		return more(MORE_GROUP);
	case TR_TYPE_HANDLE:
	case TR_TYPE_HASH:
	case TR_TYPE_HEX:
		return more(MORE_HANDLE);
	default:
		return more(MORE_NAME);
	}
}

static void begin(struct fit *fit, struct fit_piece piece, size_t lead, bool later)
{
	if (later)
		piece.kind = FIT_MORE;
	piece.lead = (unsigned char)lead;
	fit_piece(fit, piece);
}

void event_field(struct fit *fit, const struct tr_event *event, const struct tr_value *value,
		 const char *before, bool later)
{
	struct out *out = fit_out(fit);
	struct fit_piece piece;

	begin(fit, of_field(event, value), strlen(before), later);
	out_str(out, before);
	if (!value->info) { /* of a later version */
		out_str(out, "field_");
		out_unsigned(out, value->id);
		out_str(out, "=?");
		return;
	}
	event_text_name(out, value);
	out_char(out, '=');
	if (value->info->type != TR_TYPE_TOKEN) {
		event_text_value(out, event, value);
		return;
	}
	event_text_token(out, event, value);
	/* Which token it is can be told without its length and hash. */
	piece = needed(NEEDED_PHRASE);
	piece.closing = 1;
	begin(fit, piece, 1, later);
	event_text_phrase(out, event, value);
}
