/* SPDX-License-Identifier: MIT */
/* See event_fields.h. */
#include "tools/view/event_fields.h"

#include <stdlib.h>
#include <string.h>

unsigned event_key(unsigned id)
{
	static uint16_t first[EVENT_KEYS];
	const struct tr_field_info *info = tr_field_info(id);

	if (first[id] || !info) {
		if (!first[id])
			first[id] = (uint16_t)id;
		return first[id];
	}
	for (unsigned i = 1; i <= id && !first[id]; i++)
		if (tr_field_info(i) && !strcmp(tr_field_info(i)->json, info->json))
			first[id] = (uint16_t)i;
	return first[id];
}

/* False: no memory. What was read so far stays. */
static bool add(struct event_fields *fields, const struct tr_value *value)
{
	if (fields->count == fields->room) {
		size_t room = fields->room ? 2 * fields->room : 64;
		struct event_field *more = reallocarray(fields->each, room, sizeof(*more));

		if (!more)
			return false;
		fields->each = more;
		fields->room = room;
	}
	fields->each[fields->count++] = (struct event_field){.value = *value};
	return true;
}

void event_collect(struct event_fields *fields, struct tr_cursor cursor)
{
	static uint32_t last[EVENT_KEYS]; /* by key, 1 + index; all 0 between two calls */
	struct tr_value value;

	fields->count = 0;
	while (tr_cursor_next(&cursor, &value)) {
		unsigned key = event_key(value.id);

		if (!add(fields, &value))
			break;
		fields->each[fields->count - 1].first = !last[key];
		if (last[key])
			fields->each[last[key] - 1].next = (uint32_t)(fields->count - 1);
		last[key] = (uint32_t)fields->count;
	}
	for (size_t i = 0; i < fields->count; i++)
		last[event_key(fields->each[i].value.id)] = 0;
}
