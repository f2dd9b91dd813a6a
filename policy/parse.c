/* SPDX-License-Identifier: MIT */
/*
 * Walks the events of a text by the paths of keywords.def. Its invariant: after a function for a value has
 * returned, that value's events are consumed, right or wrong, so that one error does not hide the next. Depth
 * is bounded by the depth of the keywords: what has no keyword is skipped by counting.
 */
#include "policy/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 96 /* longer than any keyword: a longer path is unknown */

/* "allow|strip|refuse" as "allow, strip or refuse" */
static void alternatives(const char *values, char *out, size_t size)
{
	size_t used = 0;

	for (; *values && used + 5 < size; values++) {
		const char *part = *values != '|' ? NULL : strchr(values + 1, '|') ? ", " : " or ";

		if (!part)
			out[used++] = *values;
		else
			used = (size_t)(stpcpy(out + used, part) - out);
	}
	out[used] = 0;
}

/* The word that is the current event, when k takes it. */
static uint16_t word_here(const struct events *events, const struct pol_keyword *k)
{
	const char *text;
	size_t len;

	if (!events_is(events, YAML_SCALAR_EVENT))
		return POL_W_NONE;
	text = events_scalar(events, &len);
	return pol_word(k, text, len);
}

static void parse_word(struct events *events, const struct pol_keyword *k, enum pol_kind kind,
		       struct place at)
{
	char expected[200];
	uint16_t word = word_here(events, k);

	if (word == POL_W_NONE) {
		alternatives(k->values, expected, sizeof(expected));
		events_unexpected(events, k->path, expected);
		return;
	}
	draft_add(events->draft, k, kind, at)->word = word;
	events_next(events);
}

static void parse_text(struct events *events, const struct pol_keyword *k, enum pol_kind kind,
		       struct place at)
{
	const char *text;
	size_t len;

	if (!events_is(events, YAML_SCALAR_EVENT)) {
		events_unexpected(events, k->path, draft_wanted(k));
		return;
	}
	text = events_scalar(events, &len);
	draft_add_texts(events->draft, k, kind, text, len, events_here(events), at);
	events_next(events);
}

static void parse_duration(struct events *events, const struct pol_keyword *k, struct place at)
{
	int64_t seconds = -1;
	const char *text;
	size_t len;

	if (events_is(events, YAML_SCALAR_EVENT)) {
		text = events_scalar(events, &len);
		seconds = draft_seconds(text, len);
	}
	if (seconds < 0) {
		events_unexpected(events, k->path, "a time, such as 90s, 15m, 8h or 7d");
		return;
	}
	if (!seconds && !strncmp(k->path, "zmq.brake.", 10)) {
		events_unexpected(events, k->path, "a time of a second at least");
		return;
	}
	draft_add(events->draft, k, POL_SCALAR, at)->seconds = (uint32_t)seconds;
	events_next(events);
}

/* "1 to 32" */
static void parse_number(struct events *events, const struct pol_keyword *k, struct place at)
{
	unsigned long least = 0, most = 0, number = 0;
	const char *text = "";
	char expected[60];
	size_t len = 0;

	sscanf(k->values, "%lu to %lu", &least, &most);
	if (events_is(events, YAML_SCALAR_EVENT))
		text = events_scalar(events, &len);
	if (len && len < 10 && strspn(text, "0123456789") == len)
		number = strtoul(text, NULL, 10);
	if (number < least || number > most) {
		snprintf(expected, sizeof(expected), "a number, %s", k->values);
		events_unexpected(events, k->path, expected);
		return;
	}
	draft_add(events->draft, k, POL_SCALAR, at)->seconds = (uint32_t)number;
	events_next(events);
}

static void parse_mapping(struct events *events, const char *path);

static void parse_record(struct events *events, const struct pol_keyword *k)
{
	struct draft *draft = events->draft;
	size_t item = draft->count;
	unsigned errors = draft->errors;

	draft_add(draft, k, POL_ITEM, events_here(events));
	draft->record = k->id == POL_K_INJECT ? 0 : item + 1;
	parse_mapping(events, k->path);
	draft->record = 0;
	draft->rules[item].below = draft->count - item - 1;
	if (errors == draft->errors)
		draft_check_record(draft, item);
}

static void parse_item(struct events *events, const struct pol_keyword *k)
{
	if (k->type == POL_T_RECORDS)
		parse_record(events, k);
	else if (k->type == POL_T_SET)
		parse_word(events, k, POL_ITEM, events_here(events));
	else
		parse_text(events, k, POL_ITEM, events_here(events));
}

/* One item may stand without brackets; nothing at all is none. */
static bool is_one(const struct events *events, const struct pol_keyword *k)
{
	size_t len = 0;

	if (k->type != POL_T_RECORDS && events_is(events, YAML_SCALAR_EVENT))
		events_scalar(events, &len);
	return len > 0;
}

static void parse_list(struct events *events, const struct pol_keyword *k, struct place at)
{
	size_t head = events->draft->count;

	if (is_one(events, k)) {
		draft_add(events->draft, k, POL_LIST, at);
		parse_item(events, k);
	} else if (events_is(events, YAML_SEQUENCE_START_EVENT)) {
		draft_add(events->draft, k, POL_LIST, at);
		events_next(events);
		while (!events->over && !events_is(events, YAML_SEQUENCE_END_EVENT))
			parse_item(events, k);
		events_next(events);
	} else {
		events_unexpected(events, k->path, "a list, [ ... ] or one item a line after \"- \"");
		return;
	}
	events->draft->rules[head].below = events->draft->count - head - 1;
}

static void parse_keyword(struct events *events, const struct pol_keyword *k, struct place at)
{
	switch (k->type) {
	case POL_T_SETTING:
	case POL_T_CHOICE:
		parse_word(events, k, POL_SCALAR, at);
		break;
	case POL_T_WORDS:
		parse_word(events, k, POL_FIELD, at);
		break;
	case POL_T_PATTERN:
	case POL_T_TEMPLATE:
	case POL_T_TEXT:
		parse_text(events, k, POL_FIELD, at);
		break;
	case POL_T_PLACE:
		parse_text(events, k, POL_SCALAR, at);
		break;
	case POL_T_DURATION:
		parse_duration(events, k, at);
		break;
	case POL_T_NUMBER:
		parse_number(events, k, at);
		break;
	default:
		parse_list(events, k, at);
	}
}

static const struct pol_keyword *keyword_at(const char *path)
{
	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (!strcmp(k->path, path))
			return k;
	return NULL;
}

static bool is_group(const char *path)
{
	size_t n = strlen(path);

	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (!strncmp(k->path, path, n) && k->path[n] == '.')
			return true;
	return false;
}

static void unknown_key(struct events *events, const char *parent, const char *key, size_t len,
			struct place at)
{
	char out[DRAFT_QUOTE];
	const char *suggestion = draft_suggest(parent, key);

	if (len == 2 && !memcmp(key, "<<", 2))
		draft_error(events->draft, at, "merge keys (<<) are not used in a policy");
	else if (suggestion)
		draft_error(events->draft, at, "%s is no keyword%s%s; did you mean %s?",
			    draft_quote(key, len, out), *parent ? " of " : "", parent, suggestion);
	else
		draft_error(events->draft, at, "%s is no keyword%s%s; 'gsstap policy list' prints them all",
			    draft_quote(key, len, out), *parent ? " of " : "", parent);
	events_skip(events);
}

static bool is_none(const struct events *events)
{
	const char *text;
	size_t len;

	if (!events_is(events, YAML_SCALAR_EVENT))
		return false;
	text = events_scalar(events, &len);
	return (len == 4 && !memcmp(text, "none", 4)) || (len == 2 && !memcmp(text, "no", 2));
}

static const struct retired {
	const char *path;
	bool refused;
	const char *advice;
} retired[] = {
#define RETIRED(path, refused, advice) {path, refused, advice},
#include "policy/keywords.def"
};

/* True: the key is one that is no more, and its value was passed over. */
static bool passed_over(struct events *events, const char *path, struct place at)
{
	for (size_t i = 0; i < sizeof(retired) / sizeof(retired[0]); i++) {
		if (strcmp(retired[i].path, path))
			continue;
		if (retired[i].refused)
			draft_error(events->draft, at, "%s is no more: %s", path, retired[i].advice);
		else
			draft_warn(events->draft, at, "%s has no effect any more: %s", path,
				   retired[i].advice);
		/* Where repairs were wanted programs had their own GSSAPI served. */
		if (!retired[i].refused && !is_none(events))
			events->draft->retired = at.line;
		events_skip(events);
		return true;
	}
	return false;
}

/* The keys of one mapping that were met so far; known ones only, so there are few. */
struct seen {
	unsigned count;
	struct {
		char path[PATH_SIZE];
		uint32_t line;
	} key[32];
};

static bool seen_before(struct events *events, struct seen *seen, const char *path, struct place at)
{
	for (unsigned i = 0; i < seen->count; i++) {
		if (strcmp(seen->key[i].path, path))
			continue;
		draft_error(events->draft, at, "%s is given twice, first on line %u", path,
			    seen->key[i].line);
		return true;
	}
	if (seen->count < sizeof(seen->key) / sizeof(*seen->key)) {
		strcpy(seen->key[seen->count].path, path);
		seen->key[seen->count++].line = at.line;
	}
	return false;
}

/*
 * In a rule of gss.match stand the keywords and groups of gss as well, in one of gss.acquire some of
 * gss.match: then path is that one's.
 */
static const struct pol_keyword *borrowed(const char *parent, const char *key, char path[PATH_SIZE])
{
	const char *from = !strcmp(parent, "gss.match")	    ? "gss"
			   : !strcmp(parent, "gss.acquire") ? "gss.match"
							    : NULL;
	const struct pol_keyword *list = from ? keyword_at(parent) : NULL, *k;
	char other[PATH_SIZE];

	if (!list || snprintf(other, sizeof(other), "%s.%s", from, key) >= (int)sizeof(other))
		return NULL;
	k = keyword_at(other);
	if (k ? pol_is_field_of(k, list) : list->id == POL_K_MATCH && is_group(other))
		strcpy(path, other);
	return k && pol_is_field_of(k, list) ? k : NULL;
}

/* A brake without a key would look as if it were set. */
static void parse_group(struct events *events, const char *path, struct place at)
{
	size_t before = events->draft->count;
	unsigned errors = events->draft->errors;

	parse_mapping(events, path);
	if (!strcmp(path, "zmq.brake") && before == events->draft->count && errors == events->draft->errors)
		draft_error(events->draft, at,
			    "zmq.brake says nothing; it needs one of its keywords, as in max-retry: 5");
}

/* A policy says who may come in, and as often as it is read the same. */
static void refuse_kick(struct events *events, struct place at)
{
	draft_error(events->draft, at,
		    "kick is no part of a policy: 'gsstap kick PRINCIPAL PID' cuts off who is connected");
	events_skip(events);
}

/* The current event is the key's: consumes it and its value. */
static void parse_key(struct events *events, const char *parent, struct seen *seen)
{
	struct place at = events_here(events);
	const struct pol_keyword *k = NULL;
	char path[PATH_SIZE], key[PATH_SIZE];
	size_t len;
	const char *text;
	bool fits;

	if (!events_is(events, YAML_SCALAR_EVENT)) {
		draft_error(events->draft, at, "a key must be a keyword, not a list or a mapping");
		events_skip(events);
		events_skip(events);
		return;
	}
	text = events_scalar(events, &len);
	snprintf(key, sizeof(key), "%s", text);
	fits = strlen(key) == len &&
	       snprintf(path, sizeof(path), "%s%s%s", parent, *parent ? "." : "", key) < (int)sizeof(path);
	events_next(events);
	if (fits)
		k = keyword_at(path);
	if (fits && !k)
		k = borrowed(parent, key, path);
	if (fits && !strchr(key, '.') && passed_over(events, path, at))
		return;
	if (!fits || strchr(key, '.') || (!k && !is_group(path)))
		unknown_key(events, parent, key, strlen(key), at);
	else if (seen_before(events, seen, path, at))
		events_skip(events);
	else if (k && k->id == POL_K_KICK)
		refuse_kick(events, at);
	else if (k)
		parse_keyword(events, k, at);
	else
		parse_group(events, path, at);
}

/* The mapping at path: the whole policy (""), a group of keywords, or an item of a RECORDS list. */
static void parse_mapping(struct events *events, const char *path)
{
	struct seen seen = {0};

	if (!events_is(events, YAML_MAPPING_START_EVENT)) {
		events_unexpected(events, *path ? path : "the policy", "a mapping of keywords");
		return;
	}
	for (events_next(events); !events->over && !events_is(events, YAML_MAPPING_END_EVENT);)
		parse_key(events, path, &seen);
	events_next(events);
}

static void parse_stream(struct events *events)
{
	events_next(events); /* stream start */
	events_next(events);
	if (events_is(events, YAML_STREAM_END_EVENT)) {
		draft_error(events->draft, (struct place){1, 1},
			    "the policy is empty; it begins with 'version: 1'");
		return;
	}
	events_next(events); /* document start */
	if (!events->over)
		parse_mapping(events, "");
	events_next(events); /* document end */
	if (!events->over)
		draft_error(events->draft, events_here(events),
			    "a policy is one document; a second one begins here");
}

void draft_parse(struct draft *draft, const char *text, size_t len)
{
	struct events events;

	if (!events_begin(&events, draft, text, len))
		return;
	parse_stream(&events);
	events_end(&events);
}
