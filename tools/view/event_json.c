/* SPDX-License-Identifier: MIT */
/*
 * Events as JSON Lines. Keys and values follow from a field's name and type in events.def, so that a new
 * field needs nothing here. What an event does not say has no key, and no key comes twice in an object: a
 * field that stands there more than once is an array of its values, and so are groups at all times.
 */
#include "tools/names/names.h"
#include "tools/out/json.h"
#include "tools/view/event.h"
#include "tools/view/event_fields.h"
#include "tools/view/event_token.h"
#include "tools/view/token_view.h"

#include <stdio.h>
#include <stdlib.h>

#define DEPTH 2 /* of groups within an event's fields; deeper is damage, or malice */
static void oid(struct js *js, const struct tr_value *value)
{
	const char *name = name_oid(value->at, value->length);
	char dotted[256];

	if (!name && name_oid_dotted(value->at, value->length, dotted, sizeof(dotted)))
		name = dotted;
	if (name)
		js_string(js, name);
	else
		js_bytes(js, value->at, value->length);
}

static void flags(struct js *js, uint32_t value)
{
	const char *names[NAMES_MAX];
	uint32_t rest;
	size_t count = names_gss_flags(value, names, &rest);

	js_array(js);
	for (size_t i = 0; i < count; i++)
		js_string(js, names[i]);
	if (rest)
		js_hex(js, rest);
	js_array_end(js);
}

static void major_name(struct js *js, const struct tr_value *value)
{
	const char *names[NAMES_MAX];
	char text[NAMES_MAX * 40];
	uint32_t rest;
	size_t count = names_major((uint32_t)tr_value_uint(value), names, &rest), used = 0;

	text[0] = 0;
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? "|" : "", names[i]);
	if (rest)
		snprintf(text + used, sizeof(text) - used, "%s0x%x", count ? "|" : "", rest);
	js_string(js, text);
}

static void token(struct js *js, const struct tr_event *event, const struct tr_value *value)
{
	struct tr_token token = tr_value_token(value);
	struct tr_bytes bytes = tr_value_bytes(event, value);
	struct token *decoded = event_token(event, value);

	js_object(js);
	js_set_unsigned(js, "len", token.length);
	js_key(js, "hash");
	js_bytes(js, token.hash, sizeof(token.hash));
	if (token.flags & TR_TOKEN_KEYED)
		js_set_bool(js, "keyed", true);
	if (bytes.length) {
		js_key(js, "hex");
		js_bytes(js, bytes.at, bytes.length);
	}
	if (decoded) {
		js_key(js, "token");
		token_json(js, decoded);
	}
	js_object_end(js);
}

static void named(struct js *js, const struct tr_value *value)
{
	const char *name = name_of(value->info->type, tr_value_uint(value));

	if (name)
		js_string(js, name);
	else
		js_signed(js, tr_value_int(value));
}

static void put_fields(struct js *js, const struct tr_event *event, struct tr_cursor cursor, int depth,
		       const bool *told);

static void put_value(struct js *js, const struct tr_event *event, const struct tr_value *value, int depth)
{
	switch (value->info ? value->info->type
			    : TR_TYPE_HEX) { /* of a later version: what it holds is not known */
	case TR_TYPE_INT:
		js_signed(js, tr_value_int(value));
		break;
	case TR_TYPE_UINT:
	case TR_TYPE_MAJOR:
		js_unsigned(js, tr_value_uint(value));
		break;
	case TR_TYPE_HANDLE:
		js_hex(js, tr_value_uint(value));
		break;
	case TR_TYPE_BOOL:
		js_bool(js, tr_value_uint(value));
		break;
	case TR_TYPE_TEXT:
		js_text(js, value->at, value->length);
		break;
	case TR_TYPE_TEXTS:
		js_texts(js, value->at, value->length);
		break;
	case TR_TYPE_HEX:
	case TR_TYPE_HASH:
		js_bytes(js, value->at, value->length);
		break;
	case TR_TYPE_OID:
		oid(js, value);
		break;
	case TR_TYPE_TOKEN:
		token(js, event, value);
		break;
	case TR_TYPE_GSS_FLAGS:
		flags(js, (uint32_t)tr_value_uint(value));
		break;
	case TR_TYPE_GROUP:
		js_object(js);
		if (depth)
			put_fields(js, event, tr_cursor_into(value), depth - 1, NULL);
		js_object_end(js);
		break;
	default:
		named(js, value);
	}
}

static void put_major_name(struct js *js, const struct tr_event *event, const struct tr_value *value,
			   int depth)
{
	(void)event;
	(void)depth;
	major_name(js, value);
}

static void put_errno_name(struct js *js, const struct tr_event *event, const struct tr_value *value,
			   int depth)
{
	const char *name = name_errno(tr_value_int(value));

	(void)event;
	(void)depth;
	if (name)
		js_string(js, name);
	else
		js_signed(js, tr_value_int(value));
}

/* A key and all values that it has: an array where they are several, or can be. */
static void put_key(struct js *js, const struct tr_event *event, const struct event_fields *fields,
		    size_t first, const char *name, int depth,
		    void (*put)(struct js *, const struct tr_event *, const struct tr_value *, int))
{
	const struct event_field *each = &fields->each[first];
	bool array = each->next || (each->value.info && each->value.info->type == TR_TYPE_GROUP);

	js_key(js, name);
	if (array)
		js_array(js);
	for (size_t i = first;; i = fields->each[i].next) {
		struct tr_value value = fields->each[i].value;

		put(js, event, &value, depth);
		if (!fields->each[i].next)
			break;
	}
	if (array)
		js_array_end(js);
}

static void put_field(struct js *js, const struct tr_event *event, const struct event_fields *fields,
		      size_t i, int depth)
{
	const struct tr_value *value = &fields->each[i].value;
	char unknown[32];

	snprintf(unknown, sizeof(unknown), "field_%u", value->id);
	put_key(js, event, fields, i, value->info ? value->info->json : unknown, depth, put_value);
	if (value->info && value->info->type == TR_TYPE_MAJOR)
		put_key(js, event, fields, i, "major_name", depth, put_major_name);
	if (value->id == TR_F_ERRNO && (fields->each[i].next || name_errno(tr_value_int(value))))
		put_key(js, event, fields, i, "errno_name", depth, put_errno_name);
}

/* told: keys that stand there already, or NULL. */
static void put_fields(struct js *js, const struct tr_event *event, struct tr_cursor cursor, int depth,
		       const bool *told)
{
	static struct event_fields all[DEPTH + 1]; /* one a depth, kept from event to event */
	struct event_fields *fields = &all[depth];

	event_collect(fields, cursor);
	for (size_t i = 0; i < fields->count; i++)
		if (fields->each[i].first && !(told && told[event_key(fields->each[i].value.id)]))
			put_field(js, event, fields, i, depth);
}

static void caller(struct js *js, struct origins *origins, const struct tr_event *event)
{
	uint64_t offset;
	const char *name = origins_caller(origins, event, &offset);
	char *text = NULL;

	js_key(js, "caller");
	if (name && asprintf(&text, "%s+0x%jx", name, (uintmax_t)offset) >= 0)
		js_string(js, text);
	else
		js_hex(js, event->head.caller);
	free(name ? text : NULL);
}

static void call_head(struct js *js, struct origins *origins, const struct tr_event *event, bool *told)
{
	const char *name = tr_call_name(event->head.call);

	told[event_key(TR_F_CALL)] = told[event_key(TR_F_DURATION)] = true;
	js_key(js, "call");
	if (name)
		js_string(js, name);
	else
		js_unsigned(js, event->head.call);
	js_set_unsigned(js, "depth", event->head.depth);
	if (event->head.caller)
		caller(js, origins, event);
	js_set_unsigned(js, "duration_ns", event->head.duration);
}

void event_json(struct out *out, struct origins *origins, const struct tr_event *event)
{
	static bool told[EVENT_KEYS];
	const char *name = tr_event_name(event->head.event);
	struct tr_bytes host;
	struct js js;

	js_init(&js, out);
	js_object(&js);
	js_key(&js, "time");
	js_time(&js, event->time);
	if (origins_host(origins, event, &host)) {
		js_key(&js, "host");
		js_text(&js, host.at, host.length);
		told[event_key(TR_F_HOST)] = true;
	}
	js_set_unsigned(&js, "pid", event->head.pid);
	js_set_unsigned(&js, "tid", event->head.tid);
	js_set_unsigned(&js, "seq", event->head.seq);
	js_key(&js, "event");
	if (name)
		js_string(&js, name);
	else
		js_unsigned(&js, event->head.event);
	if (event->head.event == TR_E_call)
		call_head(&js, origins, event, told);
	put_fields(&js, event, event->fields, DEPTH, told);
	told[event_key(TR_F_CALL)] = told[event_key(TR_F_DURATION)] = told[event_key(TR_F_HOST)] = false;
	js_object_end(&js);
	js_line(&js);
}
