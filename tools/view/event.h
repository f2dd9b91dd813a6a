/* SPDX-License-Identifier: MIT */
/*
 * An event as a line of text or of JSON. Both print a field that is new from its row in events.def.
 */
#ifndef TOOLS_VIEW_EVENT_H
#define TOOLS_VIEW_EVENT_H

#include "tools/out/out.h"
#include "tools/view/origin.h"

/* One event as a line. `callers`: show who called. */
void event_text(struct out *out, struct origins *origins, const struct tr_event *event, bool callers);
void event_json(struct out *out, struct origins *origins, const struct tr_event *event);

/* The tokens of an event that can be decoded, as trees of lines. */
void event_trees(struct out *out, const struct tr_event *event);

/* What the two lines a text can be are made of: an event as a sentence, a field's value, a major status. */
void event_text_major(struct out *out, uint32_t value);
void event_text_value(struct out *out, const struct tr_event *event, const struct tr_value *value);
void event_sentence(struct out *out, const struct tr_event *event);

#endif
