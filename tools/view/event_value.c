/* SPDX-License-Identifier: MIT */
/*
 * Values of fields in text. How one looks follows from its type in events.def; a number without a name is
 * shown as a number.
 */
#include "tools/names/names.h"
#include "tools/token/opened.h"
#include "tools/token/phrase.h"
#include "tools/view/event.h"
#include "tools/view/event_token.h"

#include <string.h>

#define MESSAGE_SHOWN 32 /* bytes of a message */
#define NS 1000000000ull /* a second */
#define TEXTS_SHOWN 100	 /* bytes of several texts */

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

void event_text_major(struct out *out, uint32_t value, const char *prefix)
{
	const char *names[NAMES_MAX];
	uint32_t left;
	size_t count = names_major(value, names, &left);

	for (size_t i = 0; i < count; i++)
		if (!strncmp(names[i], prefix, strlen(prefix)))
			names[i] += strlen(prefix);
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

void event_text_phrase(struct out *out, const struct tr_event *event, const struct tr_value *value)
{
	struct token *token = tr_value_token(value).length ? event_token(event, value) : NULL;
	const char *text = token ? token_phrase(token) : "";

	if (!*text)
		return;
	out_str(out, " [");
	out_safe(out, text);
	out_char(out, ']');
}

void event_text_token(struct out *out, const struct tr_event *event, const struct tr_value *value)
{
	struct tr_token token = tr_value_token(value);
	struct tr_bytes bytes = tr_value_bytes(event, value);

	out_unsigned(out, token.length);
	if (!token.length)
		return;
	out_str(out, token.flags & TR_TOKEN_KEYED ? ":keyed:" : ":");
	out_bytes(out, token.hash, 4);
	if (value->id == TR_F_MESSAGE && bytes.length) {
		out_char(out, ':');
		out_quoted(out, bytes.at, bytes.length < MESSAGE_SHOWN ? bytes.length : MESSAGE_SHOWN);
		if (token.length > MESSAGE_SHOWN)
			out_str(out, "...");
	}
}

static void ticket_flags(struct out *out, uint32_t value)
{
	const char *names[NAMES_MAX];
	size_t count = 0;

	for (const struct token_flag *flag = opened_ticket_flags; flag->name; flag++)
		if (value & flag->bit) {
			names[count++] = flag->name;
			value &= ~flag->bit;
		}
	joined(out, names, count, value);
}

#define UNIT "_ns"

static bool is_span(const struct tr_value *value)
{
	size_t length = strlen(value->info->json);

	return length > sizeof(UNIT) && !strcmp(value->info->json + length + 1 - sizeof(UNIT), UNIT);
}

void event_text_name(struct out *out, const struct tr_value *value)
{
	size_t unit = is_span(value) ? sizeof(UNIT) - 1 : 0;

	out_raw(out, value->info->json, strlen(value->info->json) - unit);
}

static void span(struct out *out, uint64_t ns)
{
	out_seconds(out, ns, 6);
	out_str(out, " s");
}

static void signed_number(struct out *out, const struct tr_value *value)
{
	int64_t number = tr_value_int(value);

	if (!is_span(value)) {
		out_signed(out, number);
		return;
	}
	if (number < 0)
		out_char(out, '-');
	span(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static void number(struct out *out, const struct tr_value *value)
{
	if (is_span(value)) {
		span(out, tr_value_uint(value));
	} else if (value->id == TR_F_TICKET_FLAGS) {
		ticket_flags(out, (uint32_t)tr_value_uint(value));
	} else if ((value->id == TR_F_AUTHTIME || value->id == TR_F_ENDTIME) &&
		   tr_value_uint(value) <= UINT64_MAX / NS) {
		out_str(out, out_stamp(out, tr_value_uint(value) * NS));
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
		event_text_name(out, &inner);
		out_char(out, '=');
		event_text_value(out, event, &inner);
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

/* A command line can be a page long: its beginning says which it is. */
static void texts(struct out *out, const struct tr_value *value)
{
	const uint8_t *at = value->at, *end = at + value->length;

	while (at < end && at - value->at < TEXTS_SHOWN) {
		const uint8_t *nul = memchr(at, 0, (size_t)(end - at));
		size_t length = (size_t)((nul ? nul : end) - at);

		if (at != value->at)
			out_char(out, ' ');
		out_text(out, at, length < TEXTS_SHOWN ? length : TEXTS_SHOWN);
		at += length < TEXTS_SHOWN ? length + 1 : TEXTS_SHOWN;
	}
	if (at < end)
		out_str(out, " ...");
}

void event_text_value(struct out *out, const struct tr_event *event, const struct tr_value *value)
{
	switch (value->info->type) {
	case TR_TYPE_INT:
		signed_number(out, value);
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
	case TR_TYPE_TEXTS:
		texts(out, value);
		break;
	case TR_TYPE_HEX:
	case TR_TYPE_HASH:
		out_bytes(out, value->at, value->length);
		break;
	case TR_TYPE_OID:
		oid(out, value);
		break;
	case TR_TYPE_TOKEN:
		event_text_token(out, event, value);
		event_text_phrase(out, event, value);
		break;
	case TR_TYPE_MAJOR:
		event_text_major(out, (uint32_t)tr_value_uint(value), "");
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
