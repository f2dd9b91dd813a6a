/* SPDX-License-Identifier: MIT */
/*
 * From traces to a printed summary. Prints nothing before all is read, and nothing at all when memory ran
 * out: half a summary would say that somebody is secured who is not.
 */
#include "tools/model/traces.h"
#include "tools/model/summary.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct summary_traces {
	struct tr_reader *reader;
	struct summary *summary;
	struct out out;
};

static void problem(void *context, const char *text)
{
	(void)context;
	tool_error("%s", text);
}

struct summary_traces *summary_traces_new(void)
{
	struct summary_traces *traces = calloc(1, sizeof(*traces));

	if (!traces)
		return NULL;
	traces->reader = tr_reader_new(problem, traces);
	traces->summary = summary_new();
	if (traces->reader && traces->summary)
		return traces;
	summary_traces_free(traces);
	return NULL;
}

void summary_traces_free(struct summary_traces *traces)
{
	if (!traces)
		return;
	tr_reader_free(traces->reader);
	summary_free(traces->summary);
	free(traces);
}

int summary_traces_add(struct summary_traces *traces, const char *path)
{
	return tr_reader_add(traces->reader, path);
}

uint64_t summary_traces_problems(const struct summary_traces *traces)
{
	return tr_reader_stats(traces->reader)->problems;
}

static void tell_left_out(const struct summary_traces *traces)
{
	const struct tr_reader_stats *stats = tr_reader_stats(traces->reader);

	if (stats->foreign)
		tool_error("packets that are not gsstap's, skipped: %" PRIu64, stats->foreign);
	if (stats->late)
		tool_error("events too far out of order to be put in place: %" PRIu64
			   ", so that who came last may be wrong; reordercap sorts a file",
			   stats->late);
}

int summary_traces_print(struct summary_traces *traces, enum show_format format, FILE *file, bool colour,
			 uint32_t pid)
{
	struct out *out = &traces->out;
	struct tr_event event;

	tr_reader_finish(traces->reader);
	while (tr_reader_next(traces->reader, UINT64_MAX, &event))
		if ((!pid || event.head.pid == pid) && summary_learn(traces->summary, &event)) {
			errno = ENOMEM;
			return -1;
		}
	out_init(out, file, colour && format == SHOW_TEXT, format == SHOW_JSON);
	if (format == SHOW_JSON)
		summary_json(out, traces->summary);
	else
		summary_text(out, traces->summary);
	out_flush(out);
	tell_left_out(traces);
	errno = out->error;
	return out->failed ? -1 : 0;
}
