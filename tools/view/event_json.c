/* SPDX-License-Identifier: MIT */
/*
 * Events as JSON Lines. Keys and values follow from a field's name and type in events.def, so that a new
 * field needs nothing here. What an event does not say has no key, and no key comes twice in an object.
 */
#include "tools/names/names.h"
#include "tools/out/out.h"
#include "tools/view/caller.h"

#include <string.h>

#define UNKNOWN_SHOWN 16 /* fields of a later version; more of them are damage, or malice */
#define IDS 256

struct object {
	bool started;
	unsigned unknown;
	bool seen[IDS];
};

_Static_assert(TR_F_COMMAND < IDS, "every known field has room in struct object");

/* Fields that share a JSON name count as one: the number of the first of them. */
static unsigned canonical(unsigned id)
{
	static uint8_t first[IDS];

	if (id >= IDS || id >= tr_field_ids)
		return 0;
	if (first[id])
		return first[id];
	for (unsigned i = 1; i <= id; i++)
		if (tr_field_info(i) && !strcmp(tr_field_info(i)->json, tr_field_info(id)->json)) {
			first[id] = (uint8_t)i;
			break;
		}
	return first[id];
}

static void key_start(struct out *out, struct object *object)
{
	out_char(out, object->started ? ',' : '{');
	out_char(out, '"');
	object->started = true;
}

static void key(struct out *out, struct object *object, const char *name)
{
	key_start(out, object);
	out_str(out, name);
	out_raw(out, "\":", 2);
}

static void number(struct out *out, struct object *object, const char *name, uint64_t value)
{
	key(out, object, name);
	out_unsigned(out, value);
}

/* A string that needs no escaping. */
static void string(struct out *out, const char *text)
{
	out_char(out, '"');
	out_str(out, text);
	out_char(out, '"');
}

static void hex_string(struct out *out, const uint8_t *bytes, size_t length)
{
	out_char(out, '"');
	out_bytes(out, bytes, length);
	out_char(out, '"');
}

static void handle(struct out *out, uint64_t value)
{
	out_char(out, '"');
	out_hex(out, value);
	out_char(out, '"');
}

static void oid(struct out *out, const struct tr_value *value)
{
	const char *name = name_oid(value->at, value->length);
	char dotted[256];

	if (!name && name_oid_dotted(value->at, value->length, dotted, sizeof(dotted)))
		name = dotted;
	if (name)
		string(out, name);
	else
		hex_string(out, value->at, value->length);
}

static void flags(struct out *out, uint32_t value)
{
	const char *names[NAMES_MAX];
	uint32_t rest;
	size_t count = names_gss_flags(value, names, &rest);

	out_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			out_char(out, ',');
		string(out, names[i]);
	}
	if (rest) {
		if (count)
			out_char(out, ',');
		handle(out, rest);
	}
	out_char(out, ']');
}

static void major_name(struct out *out, uint32_t value)
{
	const char *names[NAMES_MAX];
	uint32_t rest;
	size_t count = names_major(value, names, &rest);

	out_char(out, '"');
	for (size_t i = 0; i < count; i++) {
		if (i)
			out_char(out, '|');
		out_str(out, names[i]);
	}
	if (rest) {
		if (count)
			out_char(out, '|');
		out_hex(out, rest);
	}
	out_char(out, '"');
}

static void token(struct out *out, const struct tr_event *event, const struct tr_value *value)
{
	struct tr_token token = tr_value_token(value);
	struct tr_bytes bytes = tr_value_bytes(event, value);
	struct object object = {0};

	number(out, &object, "len", token.length);
	key(out, &object, "hash");
	hex_string(out, token.hash, sizeof(token.hash));
	if (token.flags & TR_TOKEN_KEYED) {
		key(out, &object, "keyed");
		out_str(out, "true");
	}
	if (bytes.length) {
		key(out, &object, "hex");
		hex_string(out, bytes.at, bytes.length);
	}
	out_char(out, '}');
}

static void fields(struct out *out, const struct tr_event *event, struct tr_cursor cursor,
		   struct object *object, int depth);

/* All groups of this id from here on, as one array. */
static void groups(struct out *out, const struct tr_event *event, const struct tr_value *first,
		   struct tr_cursor rest, int depth)
{
	struct tr_value value = *first;
	bool more = false;

	out_char(out, '[');
	do {
		struct object object = {0};

		if (value.id != first->id)
			continue;
		if (more)
			out_char(out, ',');
		more = true;
		if (depth)
			fields(out, event, tr_cursor_into(&value), &object, depth - 1);
		out_str(out, object.started ? "}" : "{}");
	} while (tr_cursor_next(&rest, &value));
	out_char(out, ']');
}

static void named(struct out *out, const struct tr_value *value)
{
	uint64_t number_of = tr_value_uint(value);
	const char *name = name_of(value->info->type, number_of);

	if (name)
		string(out, name);
	else
		out_signed(out, tr_value_int(value));
}

static void plain_value(struct out *out, const struct tr_event *event, const struct tr_value *value)
{
	switch (value->info->type) {
	case TR_TYPE_INT:
		out_signed(out, tr_value_int(value));
		break;
	case TR_TYPE_UINT:
	case TR_TYPE_MAJOR:
		out_unsigned(out, tr_value_uint(value));
		break;
	case TR_TYPE_HANDLE:
		handle(out, tr_value_uint(value));
		break;
	case TR_TYPE_BOOL:
		out_str(out, tr_value_uint(value) ? "true" : "false");
		break;
	case TR_TYPE_TEXT:
		out_json_string(out, value->at, value->length);
		break;
	case TR_TYPE_HEX:
	case TR_TYPE_HASH:
		hex_string(out, value->at, value->length);
		break;
	case TR_TYPE_OID:
		oid(out, value);
		break;
	case TR_TYPE_TOKEN:
		token(out, event, value);
		break;
	case TR_TYPE_GSS_FLAGS:
		flags(out, (uint32_t)tr_value_uint(value));
		break;
	default:
		named(out, value);
	}
}

static void field(struct out *out, const struct tr_event *event, const struct tr_value *value,
		  struct tr_cursor rest, struct object *object, int depth)
{
	const struct tr_field_info *info = value->info;
	const char *name;

	if (object->seen[canonical(value->id)])
		return;
	object->seen[canonical(value->id)] = true;
	key(out, object, info->json);
	if (info->type == TR_TYPE_GROUP)
		groups(out, event, value, rest, depth);
	else
		plain_value(out, event, value);
	if (info->type == TR_TYPE_MAJOR) {
		key(out, object, "major_name");
		major_name(out, (uint32_t)tr_value_uint(value));
	}
	if (value->id == TR_F_ERRNO) {
		name = name_errno(tr_value_int(value));
		if (name) {
			key(out, object, "errno_name");
			string(out, name);
		}
	}
}

/* An id of a later version: what it holds is not known, that it is there is. */
static void unknown(struct out *out, const struct tr_value *value, struct object *object)
{
	if (object->unknown++ >= UNKNOWN_SHOWN)
		return;
	key_start(out, object);
	out_str(out, "field_");
	out_unsigned(out, value->id);
	out_raw(out, "\":", 2);
	hex_string(out, value->at, value->length);
}

static void fields(struct out *out, const struct tr_event *event, struct tr_cursor cursor,
		   struct object *object, int depth)
{
	struct tr_value value;

	while (tr_cursor_next(&cursor, &value)) {
		if (value.info)
			field(out, event, &value, cursor, object, depth);
		else
			unknown(out, &value, object);
	}
}

static void call_head(struct out *out, struct out_objects *objects, const struct tr_event *event,
		      struct object *object)
{
	const char *name = tr_call_name(event->head.call);
	uint64_t offset;

	object->seen[canonical(TR_F_CALL)] = object->seen[canonical(TR_F_DURATION)] = true;
	key(out, object, "call");
	if (name)
		string(out, name);
	else
		out_unsigned(out, event->head.call);
	number(out, object, "depth", event->head.depth);
	if (event->head.caller) {
		key(out, object, "caller");
		name = out_objects_find(objects, event, &offset);
		if (name) {
			/* The name is from the trace: escape it, then put the offset inside its quotes. */
			out_json_string(out, (const uint8_t *)name, strlen(name));
			out->used--;
			out_char(out, '+');
			out_hex(out, offset);
			out_char(out, '"');
		} else {
			handle(out, event->head.caller);
		}
	}
	number(out, object, "duration_ns", event->head.duration);
}

void out_json_event(struct out *out, struct out_objects *objects, const struct tr_event *event)
{
	const char *name = tr_event_name(event->head.event);
	struct object object = {0};

	key(out, &object, "time");
	out_char(out, '"');
	out_time_full(out, event->time);
	out_char(out, '"');
	number(out, &object, "pid", event->head.pid);
	number(out, &object, "tid", event->head.tid);
	number(out, &object, "seq", event->head.seq);
	key(out, &object, "event");
	if (name)
		string(out, name);
	else
		out_unsigned(out, event->head.event);
	if (event->head.event == TR_E_call)
		call_head(out, objects, event, &object);
	fields(out, event, event->fields, &object, 2);
	out_raw(out, "}\n", 2);
}
