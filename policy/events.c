/* SPDX-License-Identifier: MIT */
/*
 * See events.h. Depth is bounded, since libyaml's time grows with its square.
 */
#include "policy/events.h"

#include <string.h>

bool events_begin(struct events *events, struct draft *draft, const char *text, size_t len)
{
	*events = (struct events){.draft = draft, .text = text, .len = len};
	if (!yaml_parser_initialize(&events->yaml)) {
		draft_error(draft, (struct place){0}, "out of memory");
		return false;
	}
	yaml_parser_set_input_string(&events->yaml, (const unsigned char *)text, len);
	return true;
}

void events_end(struct events *events)
{
	yaml_event_delete(&events->event);
	yaml_parser_delete(&events->yaml);
}

static struct place place(const yaml_mark_t *mark)
{
	return (struct place){(uint32_t)mark->line + 1, (uint32_t)mark->column + 1};
}

struct place events_here(const struct events *events)
{
	return place(&events->event.start_mark);
}

/* libyaml knows the byte, but not the line, of what is no legal UTF-8. */
static struct place place_of_byte(const struct events *events, size_t offset)
{
	struct place at = {1, 1};

	for (size_t i = 0; i < offset && i < events->len; i++) {
		at.column++;
		if (events->text[i] == '\n')
			at = (struct place){at.line + 1, 1};
	}
	return at;
}

static void syntax_error(struct events *events)
{
	const yaml_parser_t *yaml = &events->yaml;
	const char *problem = yaml->problem ? yaml->problem : "it cannot be read";
	const char *hint = "";

	if (yaml->error == YAML_READER_ERROR) {
		draft_error(events->draft, place_of_byte(events, yaml->problem_offset), "no legal YAML: %s",
			    problem);
		return;
	}
	if ((yaml->context && strstr(yaml->context, "alias")) || strstr(problem, "cannot start any token"))
		hint = "; a value that begins with * or % must stand in quotes";
	draft_error(events->draft, place(&yaml->problem_mark), "no legal YAML: %s%s%s%s", problem,
		    yaml->context ? " " : "", yaml->context ? yaml->context : "", hint);
}

bool events_is(const struct events *events, yaml_event_type_t type)
{
	return events->event.type == type;
}

/* Anchors, aliases and tags make one line mean what another says: not in a policy. */
static void refuse_indirection(struct events *events)
{
	const yaml_event_t *e = &events->event;
	const void *anchor = NULL, *tag = NULL;

	if (e->type == YAML_ALIAS_EVENT)
		draft_error(
			events->draft, events_here(events),
			"aliases are not used in a policy; a value that begins with * must stand in quotes");
	if (e->type == YAML_SCALAR_EVENT)
		anchor = e->data.scalar.anchor, tag = e->data.scalar.tag;
	if (e->type == YAML_SEQUENCE_START_EVENT)
		anchor = e->data.sequence_start.anchor, tag = e->data.sequence_start.tag;
	if (e->type == YAML_MAPPING_START_EVENT)
		anchor = e->data.mapping_start.anchor, tag = e->data.mapping_start.tag;
	if (anchor)
		draft_error(events->draft, events_here(events), "anchors (&name) are not used in a policy");
	if (tag)
		draft_error(events->draft, events_here(events), "tags (!name) are not used in a policy");
}

void events_next(struct events *events)
{
	yaml_event_delete(&events->event);
	if (events->over)
		return;
	if (!yaml_parser_parse(&events->yaml, &events->event)) {
		syntax_error(events);
		memset(&events->event, 0, sizeof(events->event));
		events->over = true;
		return;
	}
	events->over = events_is(events, YAML_STREAM_END_EVENT);
	refuse_indirection(events);
}

/* libyaml's time grows with the square of the depth, and no keyword goes deeper than five. */
#define DEPTH_MAX 50

static void too_deep(struct events *events)
{
	draft_error(events->draft, events_here(events), "nested deeper than any policy");
	yaml_event_delete(&events->event);
	events->over = true;
}

/* Consumes the value that begins with the current event. */
void events_skip(struct events *events)
{
	size_t depth = 0;

	do {
		if (events_is(events, YAML_MAPPING_START_EVENT) ||
		    events_is(events, YAML_SEQUENCE_START_EVENT))
			depth++;
		if (events_is(events, YAML_MAPPING_END_EVENT) || events_is(events, YAML_SEQUENCE_END_EVENT))
			depth--;
		if (depth > DEPTH_MAX)
			too_deep(events);
		else
			events_next(events);
	} while (depth && !events->over);
}

const char *events_scalar(const struct events *events, size_t *len)
{
	*len = events->event.data.scalar.length;
	return (const char *)events->event.data.scalar.value;
}

/* What stands where something else was expected. */
const char *events_found(const struct events *events, char out[DRAFT_QUOTE])
{
	const char *text;
	size_t len;

	if (events_is(events, YAML_MAPPING_START_EVENT))
		return "a mapping";
	if (events_is(events, YAML_SEQUENCE_START_EVENT))
		return "a list";
	if (!events_is(events, YAML_SCALAR_EVENT))
		return "something else";
	text = events_scalar(events, &len);
	if (!len && events->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return "nothing";
	return draft_quote(text, len, out);
}

/* Complains and skips; an alias or a syntax error was complained about already. */
void events_unexpected(struct events *events, const char *path, const char *expected)
{
	char out[DRAFT_QUOTE];

	if (!events_is(events, YAML_ALIAS_EVENT) && !events_is(events, YAML_NO_EVENT))
		draft_error(events->draft, events_here(events), "%s: expected %s, found %s", path, expected,
			    events_found(events, out));
	events_skip(events);
}
