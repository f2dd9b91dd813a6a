/* SPDX-License-Identifier: MIT */
/*
 * What all events come to, printed once there are no more. Nothing is printed when memory ran out: half a
 * summary would say that somebody is secured who is not.
 */
#include "tools/model/learn.h"
#include "tools/view/sink.h"
#include "tools/view/summary.h"

#include <stdlib.h>

struct summing {
	struct sink sink;
	struct model *model;
	void (*print)(struct out *out, struct model *model, uint64_t damaged);
};

static bool add(struct sink *sink, const struct tr_event *event, bool wanted)
{
	struct summing *summing = (struct summing *)sink;

	return !wanted || !model_learn(summing->model, event);
}

static bool end(struct sink *sink)
{
	struct summing *summing = (struct summing *)sink;

	if (model_settle(summing->model))
		return false;
	summing->print(sink->out, summing->model, sink->damaged);
	return true;
}

static void release(struct sink *sink)
{
	struct summing *summing = (struct summing *)sink;

	model_free(summing->model);
	free(summing);
}

static struct sink *new (struct out *out,
			 void (*print)(struct out *out, struct model *model, uint64_t damaged))
{
	struct summing *summing = calloc(1, sizeof(*summing));

	if (!summing)
		return NULL;
	summing->sink = (struct sink){.add = add, .end = end, .release = release, .out = out};
	summing->print = print;
	summing->model = model_new();
	if (summing->model)
		return &summing->sink;
	free(summing);
	return NULL;
}

struct sink *sink_summary_text(struct out *out)
{
	return new (out, summary_text);
}

struct sink *sink_summary_csv(struct out *out)
{
	return new (out, summary_csv);
}

struct sink *sink_summary_json(struct out *out)
{
	return new (out, summary_json);
}
