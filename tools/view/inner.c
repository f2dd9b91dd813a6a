/* SPDX-License-Identifier: MIT */
/* See inner.h. */
#include "tools/view/inner.h"

#include <stdlib.h>
#include <string.h>

#define MOST 256 /* that are held back; then the oldest is shown */

struct inner {
	struct inner *next;
	struct tr_event event; /* points into data */
	uint8_t data[];
};

static const uint8_t *copy(uint8_t **to, const uint8_t *from, size_t length)
{
	const uint8_t *at = *to;

	if (length)
		memcpy(*to, from, length);
	*to += length;
	return at;
}

static struct inner *copy_of(const struct tr_event *event)
{
	const size_t count = sizeof(event->bytes) / sizeof(event->bytes[0]);
	size_t fields = (size_t)(event->fields.end - event->fields.at), size = fields;
	struct inner *inner;
	uint8_t *to;

	for (size_t i = 0; i < count; i++)
		size += event->bytes[i].length;
	inner = malloc(sizeof(*inner) + size);
	if (!inner)
		return NULL;
	inner->next = NULL;
	inner->event = *event;
	to = inner->data;
	inner->event.fields.at = copy(&to, event->fields.at, fields);
	inner->event.fields.end = to;
	for (size_t i = 0; i < count; i++)
		inner->event.bytes[i].at = copy(&to, event->bytes[i].at, event->bytes[i].length);
	inner->event.comment = inner->event.packet = (struct tr_bytes){0};
	return inner;
}

static bool has_failed(const struct tr_event *event)
{
	struct tr_value value;

	if (tr_event_find(event, TR_F_MAJOR, &value))
		return tr_value_uint(&value) >> 16;
	return tr_event_find(event, TR_F_ERRNO, &value);
}

static bool same_thread(const struct tr_event *a, const struct tr_event *b)
{
	return a->file == b->file && a->interface == b->interface && a->head.pid == b->head.pid &&
	       a->head.tid == b->head.tid;
}

static bool same_library(const struct tr_event *a, const struct tr_event *b)
{
	const char *one = tr_call_name(a->head.call), *other = tr_call_name(b->head.call);
	size_t prefix = one ? strcspn(one, "_") + 1 : 0;

	return one && other && !strncmp(one, other, prefix);
}

/* Takes it out and shows it, or does not. */
static bool settle(struct inners *inners, struct inner **at, bool shown, inner_show *show, void *context)
{
	struct inner *inner = *at;
	bool memory = !shown || show(context, &inner->event);

	*at = inner->next;
	inners->count--;
	free(inner);
	inners->last = inners->first;
	while (inners->last && inners->last->next)
		inners->last = inners->last->next;
	return memory;
}

static bool settle_thread(struct inners *inners, const struct tr_event *by, bool shown, inner_show *show,
			  void *context)
{
	bool memory = true;

	for (struct inner **at = &inners->first; *at && memory;)
		if (same_thread(&(*at)->event, by) &&
		    (by->head.event != TR_E_call || same_library(&(*at)->event, by)))
			memory = settle(inners, at, shown, show, context);
		else
			at = &(*at)->next;
	return memory;
}

static bool hold(struct inners *inners, const struct tr_event *event, inner_show *show, void *context)
{
	struct inner *inner = copy_of(event);

	if (!inner)
		return false;
	*(inners->last ? &inners->last->next : &inners->first) = inner;
	inners->last = inner;
	return ++inners->count <= MOST || settle(inners, &inners->first, true, show, context);
}

/* Tells that a handshake came to nothing, or a call never returned. */
static bool tells_failure(const struct tr_event *event)
{
	struct tr_value outcome;

	if (event->head.event == TR_E_left)
		return true;
	return event->head.event == TR_E_handshake && tr_event_find(event, TR_F_OUTCOME, &outcome) &&
	       tr_value_uint(&outcome) != TR_OUTCOME_ESTABLISHED;
}

bool inners_add(struct inners *inners, const struct tr_event *event, inner_show *show, void *context)
{
	bool failed;

	if (event->head.event != TR_E_call)
		return (!tells_failure(event) || settle_thread(inners, event, true, show, context)) &&
		       show(context, event);
	failed = has_failed(event);
	if (event->head.depth)
		return !failed || hold(inners, event, show, context);
	return settle_thread(inners, event, failed, show, context) && (!failed || show(context, event));
}

bool inners_end(struct inners *inners, inner_show *show, void *context)
{
	bool memory = true;

	while (inners->first && memory)
		memory = settle(inners, &inners->first, true, show, context);
	return memory;
}

void inners_free(struct inners *inners)
{
	while (inners->first)
		settle(inners, &inners->first, false, NULL, NULL);
}
