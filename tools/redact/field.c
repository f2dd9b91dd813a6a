/* SPDX-License-Identifier: MIT */
/*
 * See field.h. A field is known by events.def, and what may be in it by its type; of texts it is said here
 * what kind they are. A text with no row here is taken for a name.
 */
#include "tools/redact/field.h"

#include "tools/redact/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 4      /* groups in groups */
#define FIRST_UID 1000 /* below are the system's own */

static enum text_kind kind_of(unsigned id)
{
	switch (id) {
	case TR_F_MINOR_TEXT:
	case TR_F_REASON:
	case TR_F_TEXT:
	case TR_F_RULE:
	case TR_F_MODE:
	case TR_F_OUTCOME_TEXT:
	case TR_F_WHAT:
	case TR_F_VERSION:
	case TR_F_HOW:
	case TR_F_WHY:
	case TR_F_LEVEL:
	case TR_F_FAMILY:
	case TR_F_FUNCTION:
	case TR_F_MISSING:
	case TR_F_BAD_SETTINGS:
	case TR_F_ZMTP:
	case TR_F_PEER_MECHANISM:
	case TR_F_PROPERTY:
	case TR_F_BRAKE:
	case TR_F_KEY:
		return TEXT_SENTENCE;
	case TR_F_CCACHE:
	case TR_F_KEYTAB:
	case TR_F_KRB5_CONFIG:
	case TR_F_KRB5CCNAME:
	case TR_F_KRB5_KTNAME:
	case TR_F_KRB5_CLIENT_KTNAME:
	case TR_F_KRB5RCACHENAME:
	case TR_F_GSS_USE_PROXY:
	case TR_F_PATH:
	case TR_F_EXE:
	case TR_F_SONAME:
	case TR_F_OBJECT:
	case TR_F_LIBRARY:
	case TR_F_COMMAND:
	case TR_F_SCRIPT:
	case TR_F_CGROUP:
	case TR_F_ATTRIBUTE:
		return TEXT_PATH;
	default:
		return TEXT_NAME;
	}
}

/* An object identifier in numbers is nobody's. */
static bool is_oid(const struct tr_value *value)
{
	size_t i = 0;

	while (i < value->length && ((value->at[i] >= '0' && value->at[i] <= '9') || value->at[i] == '.'))
		i++;
	return value->id == TR_F_ATTRIBUTE && i == value->length;
}

/* Nor is what names of functions are compared with. */
static bool is_selection(const struct tr_value *value)
{
	static const char of_names[] = "abcdefghijklmnopqrstuvwxyz0123456789_*?,";
	size_t i = 0;

	while (i < value->length && value->at[i] && strchr(of_names, value->at[i]))
		i++;
	return value->id == TR_F_SELECTED && i == value->length;
}

static bool text(struct redact *redact, const struct tr_value *value, uint8_t *to)
{
	if (!is_oid(value) && !is_selection(value))
		return text_redact(redact->names, kind_of(value->id),
				   (struct tr_bytes){value->at, value->length}, to);
	memcpy(to, value->at, value->length);
	return true;
}

/* The program's path, and of what it was given how long it is. */
static bool texts(struct redact *redact, const struct tr_value *value, uint8_t *to)
{
	size_t first = strnlen((const char *)value->at, value->length);

	for (size_t i = first; i < value->length; i++) {
		to[i] = value->at[i] ? '*' : 0;
		redact->sums.arguments += !value->at[i] && i + 1 < value->length;
		redact->sums.zeroed += value->at[i] != 0;
	}
	return text_redact(redact->names, TEXT_PATH, (struct tr_bytes){value->at, first}, to);
}

/* A user's number stands in the names of ticket caches, too. */
static bool number(struct redact *redact, const struct tr_value *value, uint8_t *to)
{
	char digits[24];
	uint8_t other[24] = {0};
	uint32_t uid = (uint32_t)tr_value_uint(value);
	int length = snprintf(digits, sizeof(digits), "%" PRIu32, uid);

	memcpy(to, value->at, value->length);
	if (value->id != TR_F_UID || uid < FIRST_UID)
		return true;
	if (!names_replace(redact->names, NAMES_PATH, (const uint8_t *)digits, (size_t)length, other))
		return false;
	uid = (uint32_t)strtoul((const char *)other, NULL, 10);
	memcpy(to, &uid, sizeof(uid));
	return true;
}

static void hash(struct redact *redact, const struct tr_value *value, uint8_t *to)
{
	size_t at = value->info->type == TR_TYPE_TOKEN ? offsetof(struct tr_token, hash) : 0;

	memcpy(to, value->at, value->length);
	names_hash(redact->names, to + at);
}

static bool fields(struct redact *redact, struct tr_cursor cursor, uint8_t *to, unsigned depth);

static bool known(struct redact *redact, const struct tr_value *value, uint8_t *to, unsigned depth)
{
	switch (value->info->type) {
	case TR_TYPE_TEXT:
		return text(redact, value, to);
	case TR_TYPE_TEXTS:
		return texts(redact, value, to);
	case TR_TYPE_TOKEN:
	case TR_TYPE_HASH:
		hash(redact, value, to);
		return true;
	case TR_TYPE_GROUP:
		return depth == DEEPEST || fields(redact, tr_cursor_into(value), to, depth + 1);
	case TR_TYPE_UINT:
		return number(redact, value, to);
	case TR_TYPE_INT:
	case TR_TYPE_HANDLE:
	case TR_TYPE_BOOL:
	case TR_TYPE_HEX:
	case TR_TYPE_OID:
	case TR_TYPE_MAJOR:
	case TR_TYPE_GSS_FLAGS:
	case TR_TYPE_USAGE:
	case TR_TYPE_ENCTYPE:
	case TR_TYPE_CALL:
	case TR_TYPE_ROLE:
	case TR_TYPE_OUTCOME:
	case TR_TYPE_ZMQ_TYPE:
	case TR_TYPE_ZMQ_OPTION:
	case TR_TYPE_ZMQ_CTX_OPTION:
	case TR_TYPE_ZMQ_MECH:
	case TR_TYPE_BINDINGS:
		memcpy(to, value->at, value->length);
		return true;
	}
	return true;
}

static bool fields(struct redact *redact, struct tr_cursor cursor, uint8_t *to, unsigned depth)
{
	const uint8_t *begin = cursor.at;
	struct tr_value value;

	while (tr_cursor_next(&cursor, &value)) {
		uint8_t *place = to + (value.at - begin);

		memcpy(place - sizeof(struct tr_field), value.at - sizeof(struct tr_field),
		       sizeof(struct tr_field));
		if (!value.info) {
			redact->sums.fields_unknown++;
			redact->sums.zeroed += value.length;
		} else if (!known(redact, &value, place, depth)) {
			return false;
		}
	}
	return true;
}

bool redact_fields(struct redact *redact, struct tr_cursor cursor, uint8_t *to)
{
	return fields(redact, cursor, to, 0);
}
