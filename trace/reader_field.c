/* SPDX-License-Identifier: MIT */
/*
 * Fields: the tables that follow from events.def and calls.def, and the cursor that walks the bytes of an
 * event. A cursor never reads outside its bounds, and a value it gives has a length that its type can have.
 */
#include "trace/limit.h"
#include "trace/reader.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct tr_field_info infos[] = {
#define EVENT(id, name)
#define FIELD(id, symbol, json, type) [id] = {#symbol, #json, TR_TYPE_##type},
#include "trace/events.def"
#undef EVENT
#undef FIELD
};

static const char *const events[] = {
#define EVENT(id, name) [id] = #name,
#define FIELD(id, symbol, json, type)
#include "trace/events.def"
#undef EVENT
#undef FIELD
};

static const char *const calls[] = {
#define CALL(id, family, purpose, name) [id] = #name,
#include "trace/calls.def"
};

const unsigned tr_field_ids = COUNT(infos);

const struct tr_field_info *tr_field_info(unsigned id)
{
	return id < COUNT(infos) && infos[id].json ? &infos[id] : NULL;
}

const char *tr_event_name(unsigned event)
{
	return event < COUNT(events) ? events[event] : NULL;
}

const char *tr_call_name(unsigned call)
{
	return call < COUNT(calls) ? calls[call] : NULL;
}

static bool length_fits(enum tr_type type, uint16_t length)
{
	switch (type) {
	case TR_TYPE_INT:
	case TR_TYPE_UINT:
		return length == 4 || length == 8;
	case TR_TYPE_HANDLE:
		return length == 8;
	case TR_TYPE_HASH:
		return length == 16;
	case TR_TYPE_TOKEN:
		return length == sizeof(struct tr_token);
	case TR_TYPE_TEXT:
	case TR_TYPE_TEXTS:
	case TR_TYPE_HEX:
	case TR_TYPE_OID:
	case TR_TYPE_GROUP:
		return true;
	default:
		return length == 4;
	}
}

/* Less than a field can have, of zeros as all filling is. */
static bool is_filling(const uint8_t *at, size_t left)
{
	while (left && !*at)
		at++, left--;
	return !left;
}

bool tr_cursor_next(struct tr_cursor *cursor, struct tr_value *value)
{
	struct tr_field field;

	while (!cursor->bad && cursor->at < cursor->end) {
		size_t left = (size_t)(cursor->end - cursor->at), padded;

		if (left < sizeof(field)) {
			if (is_filling(cursor->at, left))
				cursor->at = cursor->end;
			break;
		}
		memcpy(&field, cursor->at, sizeof(field));
		padded = (field.length + 3u) & ~3u;
		if (padded > left - sizeof(field))
			break;
		value->id = field.id;
		value->length = field.length;
		value->at = cursor->at + sizeof(field);
		value->info = tr_field_info(field.id);
		cursor->at += sizeof(field) + padded;
		if (field.id) {
			cursor->bad = value->info && !length_fits(value->info->type, field.length);
			return !cursor->bad;
		}
		if (!field.length) { /* zeros fill what is left of the tag */
			cursor->at = cursor->end;
			return false;
		}
	}
	cursor->bad = cursor->bad || cursor->at < cursor->end;
	return false;
}

struct tr_cursor tr_cursor_into(const struct tr_value *value)
{
	return (struct tr_cursor){.at = value->at, .end = value->at + value->length};
}

bool tr_event_find(const struct tr_event *event, enum tr_field_id id, struct tr_value *value)
{
	struct tr_cursor cursor = event->fields;

	while (tr_cursor_next(&cursor, value))
		if (value->id == id)
			return true;
	return false;
}

uint64_t tr_value_uint(const struct tr_value *value)
{
	uint64_t number = 0;

	if (value->length == 4 || value->length == 8)
		memcpy(&number, value->at, value->length);
	return number;
}

int64_t tr_value_int(const struct tr_value *value)
{
	uint64_t number = tr_value_uint(value);

	return value->length == 4 ? (int32_t)number : (int64_t)number;
}

struct tr_token tr_value_token(const struct tr_value *value)
{
	struct tr_token token = {0};

	if (value->length == sizeof(token))
		memcpy(&token, value->at, sizeof(token));
	return token;
}

struct tr_bytes tr_value_bytes(const struct tr_event *event, const struct tr_value *value)
{
	struct tr_token token = tr_value_token(value);
	struct tr_bytes bytes = {0};

	if (value->id == TR_F_IN_TOKEN)
		bytes = event->bytes[TR_WHERE_IN_TOKEN];
	else if (value->id == TR_F_OUT_TOKEN)
		bytes = event->bytes[TR_WHERE_OUT_TOKEN];
	else if (value->id == TR_F_MESSAGE)
		bytes = event->bytes[TR_WHERE_MESSAGE];
	if (bytes.length > token.length)
		bytes.length = token.length;
	return bytes;
}

uint64_t tr_event_lost(const struct tr_event *event)
{
	static const char removed[] = TR_LIMIT_REMOVED;
	struct tr_value count, why;

	if (event->head.event != TR_E_dropped || !tr_event_find(event, TR_F_COUNT, &count))
		return 0;
	if (tr_event_find(event, TR_F_WHY, &why) && why.length == sizeof(removed) - 1 &&
	    !memcmp(why.at, removed, why.length))
		return 0;
	return tr_value_uint(&count);
}
