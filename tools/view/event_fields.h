/* SPDX-License-Identifier: MIT */
/* One object's fields by key: JSON has each key once, an event can have a field several times. */
#ifndef TOOLS_VIEW_EVENT_FIELDS_H
#define TOOLS_VIEW_EVENT_FIELDS_H

#include "trace/reader.h"

#define EVENT_KEYS 65536

/* A field; those of one key are chained. */
struct event_field {
	struct tr_value value;
	uint32_t next; /* index of the next with this key; 0: none */
	bool first;
};

/* Zeros are none; the room is kept from event to event. */
struct event_fields {
	struct event_field *each;
	size_t count, room;
};

/* Below EVENT_KEYS. Fields that share a JSON name have one key: the number of the first of them. */
unsigned event_key(unsigned id);
/* In time that is linear in their number. What there is no memory for is left out. */
void event_collect(struct event_fields *fields, struct tr_cursor cursor);

#endif
