/* SPDX-License-Identifier: MIT */
/* Every handshake of all traces as a timeline, in order of their begin, printed once there are no more
 * events. */
#include "tools/view/sink.h"
#include "tools/view/timeline.h"

#include <stdlib.h>

struct timelines {
	struct sink sink;
	struct exchanges *exchanges;
	bool (*print)(struct out *out, const struct exchange *exchange, const struct timeline_rows *rows,
		      unsigned columns);
};

static bool add(struct sink *sink, const struct tr_event *event, bool wanted)
{
	(void)wanted;
	return !exchanges_learn(((struct timelines *)sink)->exchanges, event);
}

static int by_begin(const void *a, const void *b)
{
	const struct exchange *const *one = a, *const *other = b;
	uint64_t first = exchange_begin(*one), second = exchange_begin(*other);

	return first < second ? -1 : first > second;
}

static bool print(struct timelines *timelines, const struct exchange *exchange)
{
	static const struct timeline_choice all;
	const struct timeline_choice *choice = timelines->sink.timeline ? timelines->sink.timeline : &all;
	struct timeline_rows rows = {0};
	bool memory;

	if (!timeline_is_chosen(choice, exchange))
		return true;
	timelines->sink.found++;
	memory = timeline_rows(&rows, exchange) &&
		 timelines->print(timelines->sink.out, exchange, &rows, choice->columns);
	timeline_rows_free(&rows);
	return memory;
}

static bool end(struct sink *sink)
{
	struct timelines *timelines = (struct timelines *)sink;
	struct exchange **all, *exchange;
	bool memory;
	size_t count = 0;

	if (exchanges_settle(timelines->exchanges))
		return false;
	all = calloc(timelines->exchanges->count + 1, sizeof(struct exchange *));
	if (!all)
		return false;
	for (exchange = timelines->exchanges->first; exchange; exchange = exchange->next)
		all[count++] = exchange;
	qsort(all, count, sizeof(struct exchange *), by_begin);
	memory = true;
	for (size_t i = 0; i < count && memory; i++)
		memory = print(timelines, all[i]);
	free(all);
	return memory;
}

static void release(struct sink *sink)
{
	exchanges_free(((struct timelines *)sink)->exchanges);
	free(sink);
}

static struct sink *new (struct out *out, bool (*print_one)(struct out *, const struct exchange *,
							    const struct timeline_rows *, unsigned))
{
	struct timelines *timelines = calloc(1, sizeof(*timelines));

	if (!timelines)
		return NULL;
	timelines->sink = (struct sink){.add = add, .end = end, .release = release, .out = out};
	timelines->print = print_one;
	timelines->exchanges = exchanges_new(timeline_phrase);
	if (timelines->exchanges)
		return &timelines->sink;
	free(timelines);
	return NULL;
}

struct sink *sink_timeline_text(struct out *out)
{
	return new (out, timeline_text);
}

static bool json(struct out *out, const struct exchange *exchange, const struct timeline_rows *rows,
		 unsigned columns)
{
	(void)columns;
	return timeline_json(out, exchange, rows);
}

struct sink *sink_timeline_json(struct out *out)
{
	return new (out, json);
}
