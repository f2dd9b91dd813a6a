/* SPDX-License-Identifier: MIT */
/*
 * An event as a line of text or of JSON. Both print a field that is new from its row in events.def.
 */
#ifndef TOOLS_VIEW_EVENT_H
#define TOOLS_VIEW_EVENT_H

#include "tools/out/out.h"
#include "tools/view/fit.h"
#include "tools/view/origin.h"

/* One event as a line that is begun, and ends with it. `callers`: show who called. */
void event_text(struct fit *fit, struct origins *origins, const struct tr_event *event, bool callers);
void event_json(struct out *out, struct origins *origins, const struct tr_event *event);

/* The tokens of an event that can be decoded, as trees of lines. */
void event_trees(struct out *out, const struct tr_event *event);

/* What the two lines a text can be are made of: an event as a sentence, a field's value, a major status, of
 * which `prefix` of each name is left out. */
void event_text_major(struct out *out, uint32_t value, const char *prefix);
void event_text_value(struct out *out, const struct tr_event *event, const struct tr_value *value);
/* What a field is called in text, where a span is in seconds and its name has no unit. */
void event_text_name(struct out *out, const struct tr_value *value);
void event_sentence(struct fit *fit, const struct tr_event *event);

/* The two parts of a token's value. */
void event_text_token(struct out *out, const struct tr_event *event, const struct tr_value *value);
void event_text_phrase(struct out *out, const struct tr_event *event, const struct tr_value *value);

/* A field as one of a list, NAME=VALUE, `before` it what parts it from the one before, or "". later: it has
 * room when all that the line needs has. */
void event_field(struct fit *fit, const struct tr_event *event, const struct tr_value *value,
		 const char *before, bool later);

#endif
