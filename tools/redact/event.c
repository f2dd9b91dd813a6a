/* SPDX-License-Identifier: MIT */
/*
 * See event.h. What is written begins as zeros, and what is known is put there: a tag that nobody knows, and
 * what stands in the filling between events, stay zeros.
 */
#include "tools/redact/event.h"

#include "tools/redact/field.h"
#include "tools/redact/text.h"
#include "tools/redact/token.h"

#include <stdlib.h>
#include <string.h>

#define TAG_HEAD 4

static uint16_t big16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* The dissectors that the writer names. */
static bool is_dissector(const uint8_t *at, size_t size)
{
	size_t length = strnlen((const char *)at, size);

	return (length == 6 && !memcmp(at, "gssapi", 6)) || (length == 4 && !memcmp(at, "data", 4));
}

/* The tags, but for ours, which the reader has found. Returns where the payload begins. */
static size_t tags(struct redact *redact, const struct tr_event *event, uint8_t *to)
{
	const uint8_t *packet = event->packet.at;
	size_t length = event->packet.length, at = 0;
	bool found = false;

	while (length - at >= TAG_HEAD) {
		uint16_t tag = big16(packet + at), size = big16(packet + at + 2);

		if (size > length - at - TAG_HEAD)
			return length;
		memcpy(to + at, packet + at, TAG_HEAD);
		at += TAG_HEAD;
		if (tag == TR_TAG && !found) {
			found = true;
		} else if (tag == TR_TAG_DISSECTOR && is_dissector(packet + at, size)) {
			memcpy(to + at, packet + at, strnlen((const char *)packet + at, size));
		} else if (tag != TR_TAG_END || size) {
			redact->sums.tags_unknown++;
			redact->sums.zeroed += size;
		}
		at += size;
		if (tag == TR_TAG_END)
			return at;
	}
	return length;
}

/* How long the token was, of which the packet may have the beginning alone. */
static uint64_t full_length(const struct tr_event *event, size_t captured)
{
	enum tr_field_id id = event->head.where == TR_WHERE_IN_TOKEN ? TR_F_IN_TOKEN : TR_F_OUT_TOKEN;
	struct tr_value value;
	uint64_t length = tr_event_find(event, id, &value) ? tr_value_token(&value).length : 0;

	return length > captured ? length : captured;
}

static bool payload(struct redact *redact, const struct tr_event *event, size_t at, uint8_t *to)
{
	struct tr_bytes bytes = {event->packet.at + at, event->packet.length - at};
	bool token = event->head.where == TR_WHERE_IN_TOKEN || event->head.where == TR_WHERE_OUT_TOKEN;
	enum token_redacted done = TOKEN_NOT_KNOWN;

	if (!bytes.length)
		return true;
	if (token)
		done = token_redact(redact->names, bytes, full_length(event, bytes.length), event->time,
				    to + at);
	redact->sums.tokens += done == TOKEN_REDACTED;
	redact->sums.tokens_unknown += token && done == TOKEN_NOT_KNOWN;
	redact->sums.messages += !token;
	for (size_t i = 0; i < bytes.length; i++)
		redact->sums.zeroed += bytes.at[i] && !to[at + i];
	return done != TOKEN_NO_MEMORY;
}

/* Room for packet and comment, all zeros. */
static bool make_room(struct redact *redact, size_t size)
{
	if (redact->size < size) {
		free(redact->room);
		redact->room = malloc(size);
		redact->size = redact->room ? size : 0;
	}
	if (redact->room)
		memset(redact->room, 0, size);
	return redact->room;
}

bool redact_event(struct redact *redact, const struct tr_event *event, struct tr_event *redacted)
{
	size_t packet = event->packet.length, comment = event->comment.length, fields;
	size_t description = strnlen((const char *)event->description, sizeof(event->description));

	if (!make_room(redact, packet + comment + 1))
		return false;
	*redacted = *event;
	redacted->packet.at = redact->room;
	if (event->comment.at)
		redacted->comment.at = redact->room + packet;
	fields = (size_t)(event->fields.at - event->packet.at);
	redact->sums.events++;
	memcpy(redact->room + fields - sizeof(struct tr_head), event->fields.at - sizeof(struct tr_head),
	       sizeof(struct tr_head));
	return payload(redact, event, tags(redact, event, redact->room), redact->room) &&
	       redact_fields(redact, event->fields, redact->room + fields) &&
	       text_redact(redact->names, TEXT_SENTENCE, event->comment, redact->room + packet) &&
	       text_redact(redact->names, TEXT_PATH, (struct tr_bytes){event->description, description},
			   redacted->description);
}
