/* SPDX-License-Identifier: MIT */
/* See redact.h. Each trace is read twice, so that memory grows with the names in it and with nothing else. */
#include "tools/redact/redact.h"

#include "tools/base/tool.h"
#include "tools/view/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static void tell(void *context, const char *text)
{
	(void)context;
	tool_error("%s", text);
}

static void keep_quiet(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static void tell_left_out(const char *in, const struct tr_reader_stats *stats)
{
	if (stats->foreign)
		tool_error("%s: packets that are not gsstap's, left out: %" PRIu64, in, stats->foreign);
}

/* sink: NULL, or what takes the events. False: no memory. */
static bool walk(struct redact *redact, struct tr_reader *reader, struct sink *sink)
{
	struct tr_event event, redacted;
	bool memory = true;

	tr_reader_finish(reader);
	while (memory && tr_reader_next(reader, UINT64_MAX, &event))
		memory = redact_event(redact, &event, &redacted) &&
			 (!sink || (sink->add(sink, &redacted, true) && !sink->out->failed));
	return memory;
}

enum redact_end redact_learn(struct redact *redact, const char *in)
{
	struct tr_reader *reader = tr_reader_new(tell, NULL);
	enum redact_end end = REDACT_FAILED;

	if (!reader)
		return REDACT_FAILED;
	tr_reader_keep_apart(reader);
	if (tr_reader_add(reader, in))
		end = REDACT_UNREADABLE;
	else if (walk(redact, reader, NULL))
		end = tr_reader_stats(reader)->problems ? REDACT_DAMAGED : REDACT_DONE;
	tell_left_out(in, tr_reader_stats(reader));
	tr_reader_free(reader);
	return end;
}

/* What is wrong was told while it was learnt from. */
enum redact_end redact_write(struct redact *redact, const char *in, FILE *file)
{
	struct tr_reader *reader = tr_reader_new(keep_quiet, NULL);
	struct out *out = malloc(sizeof(*out));
	enum redact_end end = REDACT_FAILED;
	struct sink *sink = NULL;

	if (out) {
		out_init(out, file, false, true);
		sink = sink_packets(out);
	}
	errno = ENOMEM;
	if (reader && sink) {
		tr_reader_keep_apart(reader);
		if (tr_reader_add(reader, in))
			end = REDACT_UNREADABLE;
		else if (walk(redact, reader, sink))
			end = REDACT_DONE;
		out_flush(out);
		errno = out->failed ? out->error : ENOMEM;
		if (out->failed)
			end = REDACT_FAILED;
	}
	if (sink)
		sink->release(sink);
	free(out);
	tr_reader_free(reader);
	return end;
}
