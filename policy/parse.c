/* SPDX-License-Identifier: MIT */
/*
 * Walks the events of libyaml by the paths of keywords.def. Its invariant: after a function for a value has
 * returned, that value's events are consumed, right or wrong, so that one error does not hide the next. Depth
 * is bounded by the depth of the keywords: what has no keyword is skipped by counting.
 */
#include "policy/draft.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define PATH_SIZE 96 /* longer than any keyword: a longer path is unknown */

struct parse {
	struct draft *draft;
	yaml_parser_t yaml;
	yaml_event_t event; /* the current one */
	const char *text;
	size_t len;
	bool over; /* no more events: the end, or a syntax error */
};

static struct place place(const yaml_mark_t *mark)
{
	return (struct place){(uint32_t)mark->line + 1, (uint32_t)mark->column + 1};
}

static struct place here(const struct parse *parse)
{
	return place(&parse->event.start_mark);
}

/* libyaml knows the byte, but not the line, of what is no legal UTF-8. */
static struct place place_of_byte(const struct parse *parse, size_t offset)
{
	struct place at = {1, 1};

	for (size_t i = 0; i < offset && i < parse->len; i++) {
		at.column++;
		if (parse->text[i] == '\n')
			at = (struct place){at.line + 1, 1};
	}
	return at;
}

static void syntax_error(struct parse *parse)
{
	const yaml_parser_t *yaml = &parse->yaml;
	const char *problem = yaml->problem ? yaml->problem : "it cannot be read";
	const char *hint = "";

	if (yaml->error == YAML_READER_ERROR) {
		draft_error(parse->draft, place_of_byte(parse, yaml->problem_offset), "no legal YAML: %s",
			    problem);
		return;
	}
	if ((yaml->context && strstr(yaml->context, "alias")) || strstr(problem, "cannot start any token"))
		hint = "; a value that begins with * or % must stand in quotes";
	draft_error(parse->draft, place(&yaml->problem_mark), "no legal YAML: %s%s%s%s", problem,
		    yaml->context ? " " : "", yaml->context ? yaml->context : "", hint);
}

static bool is(const struct parse *parse, yaml_event_type_t type)
{
	return parse->event.type == type;
}

/* Anchors, aliases and tags make one line mean what another says: not in a policy. */
static void refuse_indirection(struct parse *parse)
{
	const yaml_event_t *e = &parse->event;
	const void *anchor = NULL, *tag = NULL;

	if (e->type == YAML_ALIAS_EVENT)
		draft_error(
			parse->draft, here(parse),
			"aliases are not used in a policy; a value that begins with * must stand in quotes");
	if (e->type == YAML_SCALAR_EVENT)
		anchor = e->data.scalar.anchor, tag = e->data.scalar.tag;
	if (e->type == YAML_SEQUENCE_START_EVENT)
		anchor = e->data.sequence_start.anchor, tag = e->data.sequence_start.tag;
	if (e->type == YAML_MAPPING_START_EVENT)
		anchor = e->data.mapping_start.anchor, tag = e->data.mapping_start.tag;
	if (anchor)
		draft_error(parse->draft, here(parse), "anchors (&name) are not used in a policy");
	if (tag)
		draft_error(parse->draft, here(parse), "tags (!name) are not used in a policy");
}

static void next(struct parse *parse)
{
	yaml_event_delete(&parse->event);
	if (parse->over)
		return;
	if (!yaml_parser_parse(&parse->yaml, &parse->event)) {
		syntax_error(parse);
		memset(&parse->event, 0, sizeof(parse->event));
		parse->over = true;
		return;
	}
	parse->over = is(parse, YAML_STREAM_END_EVENT);
	refuse_indirection(parse);
}

/* libyaml's time grows with the square of the depth, and no keyword goes deeper than five. */
#define DEPTH_MAX 50

static void too_deep(struct parse *parse)
{
	draft_error(parse->draft, here(parse), "nested deeper than any policy");
	yaml_event_delete(&parse->event);
	parse->over = true;
}

/* Consumes the value that begins with the current event. */
static void skip(struct parse *parse)
{
	size_t depth = 0;

	do {
		if (is(parse, YAML_MAPPING_START_EVENT) || is(parse, YAML_SEQUENCE_START_EVENT))
			depth++;
		if (is(parse, YAML_MAPPING_END_EVENT) || is(parse, YAML_SEQUENCE_END_EVENT))
			depth--;
		if (depth > DEPTH_MAX)
			too_deep(parse);
		else
			next(parse);
	} while (depth && !parse->over);
}

static const char *scalar(const struct parse *parse, size_t *len)
{
	*len = parse->event.data.scalar.length;
	return (const char *)parse->event.data.scalar.value;
}

/* What stands where something else was expected. */
static const char *found(const struct parse *parse, char out[DRAFT_QUOTE])
{
	const char *text;
	size_t len;

	if (is(parse, YAML_MAPPING_START_EVENT))
		return "a mapping";
	if (is(parse, YAML_SEQUENCE_START_EVENT))
		return "a list";
	if (!is(parse, YAML_SCALAR_EVENT))
		return "something else";
	text = scalar(parse, &len);
	if (!len && parse->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return "nothing";
	return draft_quote(text, len, out);
}

/* Complains and skips; an alias or a syntax error was complained about already. */
static void unexpected(struct parse *parse, const char *path, const char *expected)
{
	char out[DRAFT_QUOTE];

	if (!is(parse, YAML_ALIAS_EVENT) && !is(parse, YAML_NO_EVENT))
		draft_error(parse->draft, here(parse), "%s: expected %s, found %s", path, expected,
			    found(parse, out));
	skip(parse);
}

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
static uint16_t word_here(const struct parse *parse, const struct pol_keyword *k)
{
	const char *text;
	size_t len;

	if (!is(parse, YAML_SCALAR_EVENT))
		return POL_W_NONE;
	text = scalar(parse, &len);
	return pol_word(k, text, len);
}

static void parse_word(struct parse *parse, const struct pol_keyword *k, enum pol_kind kind, struct place at)
{
	char expected[200];
	uint16_t word = word_here(parse, k);

	if (word == POL_W_NONE) {
		alternatives(k->values, expected, sizeof(expected));
		unexpected(parse, k->path, expected);
		return;
	}
	draft_add(parse->draft, k, kind, at)->word = word;
	next(parse);
}

static bool listed_before(const struct draft *draft, size_t head, uint16_t word)
{
	for (size_t i = head + 1; i < draft->count; i++)
		if (draft->rules[i].word == word)
			return true;
	return false;
}

/* An item of a SET. One that is wrong is not kept, so that the list stays as short as the vocabulary. */
static void parse_member(struct parse *parse, const struct pol_keyword *k, size_t head)
{
	char out[DRAFT_QUOTE], expected[200];
	uint16_t word = word_here(parse, k);

	if (word == POL_W_NONE) {
		alternatives(k->values, expected, sizeof(expected));
		unexpected(parse, k->path, expected);
		return;
	}
	if (word == POL_W_ALL || word == POL_W_NOTHING)
		draft_error(parse->draft, here(parse), "%s: %s stands alone, outside a list", k->path,
			    found(parse, out));
	else if (listed_before(parse->draft, head, word))
		draft_error(parse->draft, here(parse), "%s: %s is listed twice", k->path, found(parse, out));
	else
		draft_add(parse->draft, k, POL_ITEM, here(parse))->word = word;
	next(parse);
}

/* `all` or `none`: a list of that alone. */
static void parse_all_or_none(struct parse *parse, const struct pol_keyword *k, struct place at)
{
	char expected[220];
	uint16_t word = word_here(parse, k);
	size_t used;

	if (word != POL_W_ALL && word != POL_W_NOTHING) {
		used = (size_t)(stpcpy(expected, "all, none or a list of ") - expected);
		alternatives(k->values, expected + used, sizeof(expected) - used);
		unexpected(parse, k->path, expected);
		return;
	}
	draft_add(parse->draft, k, POL_LIST, at)->below = 1;
	draft_add(parse->draft, k, POL_ITEM, here(parse))->word = word;
	next(parse);
}

static void parse_set(struct parse *parse, const struct pol_keyword *k, struct place at)
{
	size_t head = parse->draft->count;

	if (!is(parse, YAML_SEQUENCE_START_EVENT)) {
		parse_all_or_none(parse, k, at);
		return;
	}
	draft_add(parse->draft, k, POL_LIST, at);
	for (next(parse); !parse->over && !is(parse, YAML_SEQUENCE_END_EVENT);)
		parse_member(parse, k, head);
	parse->draft->rules[head].below = parse->draft->count - head - 1;
	next(parse);
}

static void parse_text(struct parse *parse, const struct pol_keyword *k, enum pol_kind kind, struct place at)
{
	const char *text;
	size_t len;

	if (!is(parse, YAML_SCALAR_EVENT)) {
		unexpected(parse, k->path, draft_wanted(k));
		return;
	}
	text = scalar(parse, &len);
	draft_check_text(parse->draft, k, text, len, here(parse));
	draft_add(parse->draft, k, kind, at)->text = strndup(text, len);
	next(parse);
}

static void parse_mapping(struct parse *parse, const char *path);

static void parse_record(struct parse *parse, const struct pol_keyword *k)
{
	size_t item = parse->draft->count;
	unsigned errors = parse->draft->errors;

	draft_add(parse->draft, k, POL_ITEM, here(parse));
	parse_mapping(parse, k->path);
	parse->draft->rules[item].below = parse->draft->count - item - 1;
	if (errors == parse->draft->errors)
		draft_check_record(parse->draft, item);
}

static void parse_list(struct parse *parse, const struct pol_keyword *k, struct place at)
{
	size_t head = parse->draft->count;

	if (!is(parse, YAML_SEQUENCE_START_EVENT)) {
		unexpected(parse, k->path, "a list, [ ... ] or one item a line after \"- \"");
		return;
	}
	draft_add(parse->draft, k, POL_LIST, at);
	for (next(parse); !parse->over && !is(parse, YAML_SEQUENCE_END_EVENT);) {
		parse->draft->rules[head].below++;
		if (k->type == POL_T_RECORDS)
			parse_record(parse, k);
		else
			parse_text(parse, k, POL_ITEM, here(parse));
	}
	next(parse);
}

static void parse_keyword(struct parse *parse, const struct pol_keyword *k, struct place at)
{
	switch (k->type) {
	case POL_T_SETTING:
	case POL_T_CHOICE:
		parse_word(parse, k, POL_SCALAR, at);
		break;
	case POL_T_WORDS:
		parse_word(parse, k, POL_FIELD, at);
		break;
	case POL_T_PATTERN:
	case POL_T_TEMPLATE:
		parse_text(parse, k, POL_FIELD, at);
		break;
	case POL_T_SET:
		parse_set(parse, k, at);
		break;
	default:
		parse_list(parse, k, at);
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

static void unknown_key(struct parse *parse, const char *parent, const char *key, size_t len, struct place at)
{
	char out[DRAFT_QUOTE];
	const char *suggestion = draft_suggest(parent, key);

	if (len == 2 && !memcmp(key, "<<", 2))
		draft_error(parse->draft, at, "merge keys (<<) are not used in a policy");
	else if (suggestion)
		draft_error(parse->draft, at, "%s is no keyword%s%s; did you mean %s?",
			    draft_quote(key, len, out), *parent ? " of " : "", parent, suggestion);
	else
		draft_error(parse->draft, at, "%s is no keyword%s%s; 'gsstap policy list' prints them all",
			    draft_quote(key, len, out), *parent ? " of " : "", parent);
	skip(parse);
}

/* The keys of one mapping that were met so far; known ones only, so there are few. */
struct seen {
	unsigned count;
	struct {
		char path[PATH_SIZE];
		uint32_t line;
	} key[32];
};

static bool seen_before(struct parse *parse, struct seen *seen, const char *path, struct place at)
{
	for (unsigned i = 0; i < seen->count; i++) {
		if (strcmp(seen->key[i].path, path))
			continue;
		draft_error(parse->draft, at, "%s is given twice, first on line %u", path, seen->key[i].line);
		return true;
	}
	if (seen->count < sizeof(seen->key) / sizeof(*seen->key)) {
		strcpy(seen->key[seen->count].path, path);
		seen->key[seen->count++].line = at.line;
	}
	return false;
}

/* The current event is the key's: consumes it and its value. */
static void parse_key(struct parse *parse, const char *parent, struct seen *seen)
{
	struct place at = here(parse);
	const struct pol_keyword *k = NULL;
	char path[PATH_SIZE], key[PATH_SIZE];
	size_t len;
	const char *text;
	bool fits;

	if (!is(parse, YAML_SCALAR_EVENT)) {
		draft_error(parse->draft, at, "a key must be a keyword, not a list or a mapping");
		skip(parse);
		skip(parse);
		return;
	}
	text = scalar(parse, &len);
	snprintf(key, sizeof(key), "%s", text);
	fits = strlen(key) == len &&
	       snprintf(path, sizeof(path), "%s%s%s", parent, *parent ? "." : "", key) < (int)sizeof(path);
	next(parse);
	if (fits)
		k = keyword_at(path);
	if (!fits || strchr(key, '.') || (!k && !is_group(path)))
		unknown_key(parse, parent, key, strlen(key), at);
	else if (seen_before(parse, seen, path, at))
		skip(parse);
	else if (k)
		parse_keyword(parse, k, at);
	else
		parse_mapping(parse, path);
}

/* The mapping at path: the whole policy (""), a group of keywords, or an item of a RECORDS list. */
static void parse_mapping(struct parse *parse, const char *path)
{
	struct seen seen = {0};

	if (!is(parse, YAML_MAPPING_START_EVENT)) {
		unexpected(parse, *path ? path : "the policy", "a mapping of keywords");
		return;
	}
	for (next(parse); !parse->over && !is(parse, YAML_MAPPING_END_EVENT);)
		parse_key(parse, path, &seen);
	next(parse);
}

static void parse_stream(struct parse *parse)
{
	next(parse); /* stream start */
	next(parse);
	if (is(parse, YAML_STREAM_END_EVENT)) {
		draft_error(parse->draft, (struct place){1, 1},
			    "the policy is empty; it begins with 'version: 1'");
		return;
	}
	next(parse); /* document start */
	if (!parse->over)
		parse_mapping(parse, "");
	next(parse); /* document end */
	if (!parse->over)
		draft_error(parse->draft, here(parse), "a policy is one document; a second one begins here");
}

void draft_parse(struct draft *draft, const char *text, size_t len)
{
	struct parse parse = {.draft = draft, .text = text, .len = len};

	if (!yaml_parser_initialize(&parse.yaml)) {
		draft_error(draft, (struct place){0}, "out of memory");
		return;
	}
	yaml_parser_set_input_string(&parse.yaml, (const unsigned char *)text, len);
	parse_stream(&parse);
	yaml_event_delete(&parse.event);
	yaml_parser_delete(&parse.yaml);
}
