/* SPDX-License-Identifier: MIT */
/*
 * Events as strace shows calls: TIME PID[/TID] NAME(ARGUMENTS) = RESULT <SECONDS>. Arguments come in the
 * order in which they are in the trace, and what they are called and how they look follows from events.def.
 */
#include "tools/names/names.h"
#include "tools/out/out.h"
#include "tools/view/caller.h"

#include <string.h>

#define RED "31"
#define BOLD_RED "1;31"
#define GREEN "32"
#define CYAN "36"
#define YELLOW "33"
#define FAINT "2"
#define PLAIN "0"

#define MESSAGE_SHOWN 32 /* bytes of a message */

static void joined(struct out *out, const char *const *names, size_t count, uint32_t left)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			out_char(out, '|');
		out_str(out, names[i]);
	}
	if (left && count)
		out_char(out, '|');
	if (left)
		out_hex(out, left);
	else if (!count)
		out_char(out, '0');
}

static void flags(struct out *out, uint32_t value)
{
	const char *names[NAMES_MAX];
	uint32_t left;
	size_t count = names_gss_flags(value, names, &left);

	joined(out, names, count, left);
}

static void major(struct out *out, uint32_t value)
{
	const char *names[NAMES_MAX];
	uint32_t left;
	size_t count = names_major(value, names, &left);

	joined(out, names, count, left);
}

static void oid(struct out *out, const struct tr_value *value)
{
	const char *name = name_oid(value->at, value->length);
	char dotted[256];

	if (name)
		out_str(out, name);
	else if (name_oid_dotted(value->at, value->length, dotted, sizeof(dotted)))
		out_str(out, dotted);
	else
		out_bytes(out, value->at, value->length);
}

static void token(struct out *out, const struct tr_event *event, const struct tr_value *value)
{
	struct tr_token token = tr_value_token(value);
	struct tr_bytes bytes = tr_value_bytes(event, value);

	out_unsigned(out, token.length);
	if (!token.length)
		return;
	out_str(out, token.flags & TR_TOKEN_KEYED ? ":keyed:" : ":");
	out_bytes(out, token.hash, 4);
	if (value->id != TR_F_MESSAGE || !bytes.length)
		return;
	out_char(out, ':');
	out_quoted(out, bytes.at, bytes.length < MESSAGE_SHOWN ? bytes.length : MESSAGE_SHOWN);
	if (token.length > MESSAGE_SHOWN)
		out_str(out, "...");
}

static void number(struct out *out, const struct tr_value *value)
{
	size_t length = strlen(value->info->json);

	if (length > 3 && !strcmp(value->info->json + length - 3, "_ns")) {
		out_seconds(out, tr_value_uint(value), 6);
		out_str(out, " s");
	} else if (value->id == TR_F_LIFETIME && tr_value_uint(value) == UINT32_MAX) {
		out_str(out, "indefinite");
	} else {
		out_unsigned(out, tr_value_uint(value));
	}
}

static void group(struct out *out, const struct tr_event *event, const struct tr_value *value)
{
	struct tr_cursor cursor = tr_cursor_into(value);
	struct tr_value inner;
	bool more = false;

	out_char(out, '{');
	while (tr_cursor_next(&cursor, &inner)) {
		if (!inner.info || inner.info->type == TR_TYPE_GROUP)
			continue;
		if (more)
			out_str(out, ", ");
		more = true;
		out_str(out, inner.info->json);
		out_char(out, '=');
		out_text_value(out, event, &inner);
	}
	out_char(out, '}');
}

static void named(struct out *out, const struct tr_value *value)
{
	const char *name = name_of(value->info->type, tr_value_uint(value));

	if (name)
		out_str(out, name);
	else
		out_signed(out, tr_value_int(value));
}

void out_text_value(struct out *out, const struct tr_event *event, const struct tr_value *value)
{
	switch (value->info->type) {
	case TR_TYPE_INT:
		out_signed(out, tr_value_int(value));
		break;
	case TR_TYPE_UINT:
		number(out, value);
		break;
	case TR_TYPE_HANDLE:
		out_hex(out, tr_value_uint(value));
		break;
	case TR_TYPE_BOOL:
		out_str(out, tr_value_uint(value) ? "true" : "false");
		break;
	case TR_TYPE_TEXT:
		out_text(out, value->at, value->length);
		break;
	case TR_TYPE_HEX:
	case TR_TYPE_HASH:
		out_bytes(out, value->at, value->length);
		break;
	case TR_TYPE_OID:
		oid(out, value);
		break;
	case TR_TYPE_TOKEN:
		token(out, event, value);
		break;
	case TR_TYPE_MAJOR:
		major(out, (uint32_t)tr_value_uint(value));
		break;
	case TR_TYPE_GSS_FLAGS:
		flags(out, (uint32_t)tr_value_uint(value));
		break;
	case TR_TYPE_GROUP:
		group(out, event, value);
		break;
	default:
		named(out, value);
	}
}

/* What a call gave back, picked out of its fields while the arguments are written. */
struct result {
	struct tr_value major, minor, minor_text, number, error;
};

static bool keep_result(struct result *result, const struct tr_value *value)
{
	switch (value->id) {
	case TR_F_MAJOR:
		result->major = *value;
		return true;
	case TR_F_MINOR:
		result->minor = *value;
		return true;
	case TR_F_MINOR_TEXT:
		result->minor_text = *value;
		return true;
	case TR_F_RESULT:
		result->number = *value;
		return true;
	case TR_F_ERRNO:
		result->error = *value;
		return true;
	default:
		return false;
	}
}

static void arguments(struct out *out, const struct tr_event *event, struct result *result)
{
	struct tr_cursor cursor = event->fields;
	struct tr_value value;
	bool more = false;

	out_char(out, '(');
	while (tr_cursor_next(&cursor, &value)) {
		if (keep_result(result, &value))
			continue;
		if (more)
			out_raw(out, ", ", 2);
		more = true;
		if (value.info) {
			out_str(out, value.info->json);
			out_char(out, '=');
			out_text_value(out, event, &value);
		} else { /* of a later version */
			out_str(out, "field_");
			out_unsigned(out, value.id);
			out_str(out, "=?");
		}
	}
	out_char(out, ')');
}

static void error_text(struct out *out, const struct tr_value *error)
{
	const char *name = name_errno(tr_value_int(error)), *text = name_errno_text(tr_value_int(error));

	out_char(out, ' ');
	if (name)
		out_str(out, name);
	else
		out_signed(out, tr_value_int(error));
	if (text) {
		out_str(out, " (");
		out_str(out, text);
		out_char(out, ')');
	}
}

static void status(struct out *out, const struct result *result)
{
	uint32_t value = (uint32_t)tr_value_uint(&result->major);
	bool bad = value >> 16;

	if (bad)
		out_paint(out, RED);
	major(out, value);
	/* Where all went well the minor status means nothing, and mechanisms leave anything there. */
	if (bad && result->minor_text.length) {
		out_str(out, " (");
		out_quoted(out, result->minor_text.at, result->minor_text.length);
		out_char(out, ')');
	} else if (bad && tr_value_uint(&result->minor)) {
		out_str(out, " (minor ");
		out_unsigned(out, tr_value_uint(&result->minor));
		out_char(out, ')');
	}
	if (bad)
		out_paint(out, PLAIN);
}

static void results(struct out *out, const struct result *result)
{
	if (!result->major.id && !result->number.id && !result->error.id)
		return;
	out_raw(out, " = ", 3);
	if (result->major.id) {
		status(out, result);
		return;
	}
	if (result->error.id)
		out_paint(out, RED);
	if (result->number.id)
		out_signed(out, tr_value_int(&result->number));
	else
		out_char(out, '?');
	if (result->error.id) {
		error_text(out, &result->error);
		out_paint(out, PLAIN);
	}
}

static void caller(struct out *out, struct out_objects *objects, const struct tr_event *event)
{
	uint64_t offset;
	const char *name = out_objects_find(objects, event, &offset);

	out_str(out, " from ");
	if (name) {
		out_text(out, (const uint8_t *)name, strlen(name));
		out_char(out, '+');
	}
	out_hex(out, name ? offset : event->head.caller);
}

static void call(struct out *out, struct out_objects *objects, const struct tr_event *event, bool callers)
{
	struct result result = {0};
	const char *name = tr_call_name(event->head.call);

	for (unsigned i = 0; i < event->head.depth; i++)
		out_raw(out, "  ", 2);
	out_str(out, name ? name : "call_");
	if (!name)
		out_unsigned(out, event->head.call);
	arguments(out, event, &result);
	results(out, &result);
	out_raw(out, " <", 2);
	out_seconds(out, event->head.duration, 6);
	out_char(out, '>');
	if (callers && event->head.caller)
		caller(out, objects, event);
}

static const char *colour_of(const struct tr_event *event)
{
	struct tr_value outcome;

	switch (event->head.event) {
	case TR_E_refused:
		return BOLD_RED;
	case TR_E_would_refuse:
	case TR_E_dropped:
		return YELLOW;
	case TR_E_inject:
		return CYAN;
	case TR_E_handshake:
		if (!tr_event_find(event, TR_F_OUTCOME, &outcome))
			return PLAIN;
		return tr_value_uint(&outcome) == TR_OUTCOME_ESTABLISHED ? GREEN : RED;
	default:
		return FAINT;
	}
}

void out_text_event(struct out *out, struct out_objects *objects, const struct tr_event *event, bool callers)
{
	out_time_of_day(out, event->time);
	out_char(out, ' ');
	out_unsigned(out, event->head.pid);
	if (event->head.tid != event->head.pid) {
		out_char(out, '/');
		out_unsigned(out, event->head.tid);
	}
	out_char(out, ' ');
	if (event->head.event == TR_E_call) {
		call(out, objects, event, callers);
	} else {
		out_paint(out, colour_of(event));
		out_sentence(out, event);
		out_paint(out, PLAIN);
	}
	out_char(out, '\n');
}
