/* SPDX-License-Identifier: MIT */
/*
 * All events for a replay by policies, which prints once there are no more. Nothing is printed when memory
 * ran out.
 */
#include "tools/replay/case.h"
#include "tools/view/sink.h"

#include <stdlib.h>

static bool add(struct sink *sink, const struct tr_event *event, bool wanted)
{
	return !wanted || !replay_learn(sink->replay, event);
}

static bool end(struct sink *sink)
{
	return !replay_settle(sink->replay) && sink->replay->print(sink->replay, sink->out);
}

static void release(struct sink *sink)
{
	free(sink);
}

struct sink *sink_replay(struct out *out)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (sink)
		*sink = (struct sink){.add = add, .end = end, .release = release, .out = out};
	return sink;
}
