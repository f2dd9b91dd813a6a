/* SPDX-License-Identifier: MIT */
/*
 * The events of libyaml, one at a time, without what has no place in a policy: anchors, aliases, tags, and
 * what is nested deeper than any. Each of these is complained about where it stands.
 */
#ifndef POL_EVENTS_H
#define POL_EVENTS_H

#include "policy/draft.h"

#include <yaml.h>

struct events {
	struct draft *draft;
	yaml_parser_t yaml;
	yaml_event_t event; /* the current one */
	const char *text;
	size_t len;
	bool over; /* no more events: the end, or a syntax error */
};

/* Before the first event. False after a complaint. */
bool events_begin(struct events *events, struct draft *draft, const char *text, size_t len);
void events_end(struct events *events);

/* The current event: where it begins, whether it is of this type, its text. */
struct place events_here(const struct events *events);
bool events_is(const struct events *events, yaml_event_type_t type);
const char *events_scalar(const struct events *events, size_t *len);
/* What stands there, to be told where something else was expected. */
const char *events_found(const struct events *events, char out[DRAFT_QUOTE]);

void events_next(struct events *events);
/* Consumes the value that begins with the current event. */
void events_skip(struct events *events);
/* The same after a complaint; an alias or a syntax error was complained about already. */
void events_unexpected(struct events *events, const char *path, const char *expected);

#endif
