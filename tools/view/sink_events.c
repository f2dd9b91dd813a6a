/* SPDX-License-Identifier: MIT */
/*
 * Events one by one, as text or JSON. Prints nothing of its own among the lines but, in text, the date when
 * it changes.
 */
#include "tools/view/event.h"
#include "tools/view/event_token.h"
#include "tools/view/sink.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DATE 10 /* characters of "2026-01-02" */

struct events {
	struct sink sink;
	struct origins *origins;
	struct fit *fit;
	char date[DATE];
};

/* A time of day alone is of today, or of the last date shown. */
static void date_line(struct events *events, uint64_t time)
{
	struct out *out = events->sink.out;
	const char *date = out_stamp(out, time);

	if (!memcmp(events->date, date, DATE))
		return;
	memcpy(events->date, date, DATE);
	out_paint(out, "2");
	out_str(out, "--- ");
	out_raw(out, events->date, DATE);
	out_str(out, " ---");
	out_paint(out, "0");
	out_char(out, '\n');
}

static bool add_text(struct sink *sink, const struct tr_event *event, bool wanted)
{
	struct events *events = (struct events *)sink;

	origins_learn(events->origins, event);
	event_token_learn(event);
	if (wanted) {
		date_line(events, event->time);
		fit_begin(events->fit, sink->columns);
		event_text(events->fit, events->origins, event, sink->callers);
		if (sink->trees)
			event_trees(sink->out, event);
	}
	event_token_ended(event);
	return true;
}

static bool add_json(struct sink *sink, const struct tr_event *event, bool wanted)
{
	struct events *events = (struct events *)sink;

	origins_learn(events->origins, event);
	event_token_learn(event);
	if (wanted)
		event_json(sink->out, events->origins, event);
	event_token_ended(event);
	return true;
}

static bool end(struct sink *sink)
{
	(void)sink;
	return true;
}

static void release(struct sink *sink)
{
	struct events *events = (struct events *)sink;

	origins_free(events->origins);
	fit_free(events->fit);
	free(events);
}

static struct sink *new (struct out *out, bool (*add)(struct sink *, const struct tr_event *, bool))
{
	struct events *events = calloc(1, sizeof(*events));

	if (!events)
		return NULL;
	events->sink = (struct sink){.add = add, .end = end, .release = release, .out = out};
	events->origins = origins_new();
	events->fit = fit_new(out);
	memcpy(events->date, out_stamp(out, (uint64_t)time(NULL) * 1000000000), DATE);
	if (events->origins && events->fit)
		return &events->sink;
	release(&events->sink);
	return NULL;
}

struct sink *sink_text(struct out *out)
{
	return new (out, add_text);
}

struct sink *sink_json(struct out *out)
{
	return new (out, add_json);
}
