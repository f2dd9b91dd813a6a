/* SPDX-License-Identifier: MIT */
/*
 * From reader to sink: chooses events, and tells on stderr how far it is and what was left out.
 */
#include "tools/view/show.h"
#include "tools/view/inner.h"
#include "tools/view/sink.h"
#include "tools/base/tool.h"
#include "tools/out/terminal.h"
#include "tools/replay/case.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SETTLED 2000000 /* ns: after this, no older event of another thread is still being written */
#define PROGRESS_EVERY 300000000
#define PROGRESS_LOOK 4096 /* events between two looks at the clock */

/* By enum show_format. */
static const struct {
	struct sink *(*new)(struct out *out);
	bool text;
	bool apart; /* each packet is an event */
} formats[] = {
	[SHOW_TEXT] = {sink_text, .text = true},
	[SHOW_JSON] = {sink_json},
	[SHOW_SUMMARY_TEXT] = {sink_summary_text, .text = true},
	[SHOW_SUMMARY_JSON] = {sink_summary_json},
	[SHOW_SUMMARY_CSV] = {sink_summary_csv},
	[SHOW_DOCTOR_TEXT] = {sink_doctor_text, .text = true},
	[SHOW_DOCTOR_JSON] = {sink_doctor_json},
	[SHOW_PACKETS] = {sink_packets, .apart = true},
	[SHOW_TIMELINE_TEXT] = {sink_timeline_text, .text = true},
	[SHOW_TIMELINE_JSON] = {sink_timeline_json},
	[SHOW_REPORT] = {sink_report},
	[SHOW_REPLAY] = {sink_replay, .text = true},
	[SHOW_REPLAY_JSON] = {sink_replay},
};

struct show {
	struct tr_reader *reader;
	struct out out;
	struct sink *sink;
	bool cut;
	bool live, progress, progress_shown;
	uint32_t pid;		  /* 0: any */
	const char *const *names; /* NULL: any; ends with NULL */
	bool handshakes;
	struct inners inners;
	uint64_t next_progress, lost;
	char why_lost[160];
};

static uint64_t clock_now(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void progress_clear(struct show *show)
{
	if (show->progress_shown)
		dprintf(STDERR_FILENO, "\r\033[K");
	show->progress_shown = false;
}

static void problem(void *context, const char *text)
{
	progress_clear(context);
	tool_error("%s", text);
}

struct show *show_new(enum show_format format, FILE *out, bool colour)
{
	struct show *show = calloc(1, sizeof(*show));

	if (!show)
		return NULL;
	out_init(&show->out, out, colour && formats[format].text, !formats[format].text);
	show->reader = tr_reader_new(problem, show);
	show->sink = formats[format].new(&show->out);
	if (show->reader && formats[format].apart)
		tr_reader_keep_apart(show->reader);
	if (show->reader && show->sink)
		return show;
	show_free(show);
	return NULL;
}

void show_free(struct show *show)
{
	if (!show)
		return;
	tr_reader_free(show->reader);
	inners_free(&show->inners);
	if (show->sink)
		show->sink->release(show->sink);
	free(show);
}

void show_only_pid(struct show *show, uint32_t pid)
{
	show->pid = pid;
}

void show_only_named(struct show *show, const char *const patterns[])
{
	show->names = patterns;
}

void show_only_handshakes(struct show *show, bool wanted)
{
	show->handshakes = wanted;
}

void show_callers(struct show *show, bool wanted)
{
	show->sink->callers = wanted;
}

void show_cut(struct show *show, bool wanted)
{
	show->cut = wanted;
}

void show_findings_alone(struct show *show, bool wanted)
{
	show->sink->alone = wanted;
}

void show_trees(struct show *show, bool wanted)
{
	show->sink->trees = wanted;
}

void show_timeline(struct show *show, const struct timeline_choice *choice)
{
	show->sink->timeline = choice;
}

void show_replay(struct show *show, struct replay *replay)
{
	show->sink->replay = replay;
}

void show_progress(struct show *show, bool wanted)
{
	show->progress = wanted;
}

int show_add(struct show *show, const char *path)
{
	if (tr_reader_add(show->reader, path))
		return -1;
	return show->sink->replay ? replay_path(show->sink->replay, path) : 0;
}

void show_release(struct show *show)
{
	tr_reader_release(show->reader);
}

uint64_t show_events(const struct show *show)
{
	return tr_reader_stats(show->reader)->events;
}

uint64_t show_lost(const struct show *show, const char **why)
{
	*why = show->why_lost;
	return show->lost;
}

static void count_lost(struct show *show, const struct tr_event *event)
{
	uint64_t lost = tr_event_lost(event);
	struct tr_value why;

	if (lost && tr_event_find(event, TR_F_WHY, &why))
		snprintf(show->why_lost, sizeof(show->why_lost), "%.*s", (int)why.length,
			 (const char *)why.at);
	show->lost += lost;
}

uint64_t show_problems(const struct show *show)
{
	return tr_reader_stats(show->reader)->problems;
}

uint64_t show_found(const struct show *show)
{
	return show->sink->found;
}

static bool is_about_handshakes(const struct tr_event *event)
{
	switch (event->head.event) {
	case TR_E_call:
	case TR_E_left:
	case TR_E_handshake:
	case TR_E_connection:
	case TR_E_refused:
	case TR_E_would_refuse:
	case TR_E_changed:
	case TR_E_would_change:
	case TR_E_dropped:
	case TR_E_policy:
	case TR_E_krb5_trace: /* is there only where it was asked for */
		return true;
	default:
		return false;
	}
}

/* A call by its own name, its input token by that or as what it is, all others as what they are. */
static bool is_named(const struct tr_event *event, const char *pattern)
{
	const char *call = tr_call_name(event->head.call), *name = tr_event_name(event->head.event);
	bool of_call = event->head.event == TR_E_call || event->head.event == TR_E_token;

	if (of_call && call && !fnmatch(pattern, call, 0))
		return true;
	return event->head.event != TR_E_call && name && !fnmatch(pattern, name, 0);
}

static bool wanted(const struct show *show, const struct tr_event *event)
{
	if (show->pid && event->head.pid != show->pid)
		return false;
	if (show->handshakes && !is_about_handshakes(event))
		return false;
	for (const char *const *name = show->names; name && *name; name++)
		if (is_named(event, *name))
			return true;
	return !show->names;
}

static void progress(struct show *show)
{
	const struct tr_reader_stats *stats;
	uint64_t now = clock_now(CLOCK_MONOTONIC);

	if (!show->next_progress)
		show->next_progress = now + 2 * PROGRESS_EVERY; /* what is short needs none */
	if (now < show->next_progress)
		return;
	show->next_progress = now + PROGRESS_EVERY;
	stats = tr_reader_stats(show->reader);
	dprintf(STDERR_FILENO, "\r\033[K%3" PRIu64 "%%, %" PRIu64 " events",
		stats->bytes ? stats->bytes_read * 100 / stats->bytes : 100, stats->events);
	show->progress_shown = true;
}

static void tell_left_out(struct show *show)
{
	const struct tr_reader_stats *stats = tr_reader_stats(show->reader);

	if (stats->foreign)
		tool_error("packets that are not gsstap's, skipped: %" PRIu64, stats->foreign);
	/* Live, what is seen late was written late. */
	if (stats->late && !show->live)
		tool_error("events too far out of order to be put in place: %" PRIu64
			   "; reordercap sorts a file",
			   stats->late);
}

/* Each time anew: a terminal's size changes. */
static unsigned columns(const struct show *show)
{
	int fd = show->cut ? fileno(show->out.file) : -1;

	return fd >= 0 && isatty(fd) ? terminal_columns(fd) : 0;
}

static bool print(void *context, const struct tr_event *event)
{
	struct show *show = context;

	return show->sink->add(show->sink, event, true);
}

/* False: no memory. */
static bool deliver(struct show *show, const struct tr_event *event)
{
	bool shown = wanted(show, event);

	if (!shown || !show->handshakes)
		return show->sink->add(show->sink, event, shown);
	return inners_add(&show->inners, event, print, show);
}

int show_poll(struct show *show, bool final)
{
	uint64_t now = clock_now(CLOCK_REALTIME), count = 0;
	struct tr_event event;
	bool memory = true;

	if (final)
		tr_reader_finish(show->reader);
	else
		tr_reader_refresh(show->reader);
	show->live |= !final;
	show->sink->columns = columns(show);
	while (!show->out.failed && memory &&
	       tr_reader_next(show->reader, final ? UINT64_MAX : now - SETTLED, &event)) {
		count_lost(show, &event);
		memory = deliver(show, &event);
		if (show->progress && ++count % PROGRESS_LOOK == 0)
			progress(show);
	}
	progress_clear(show);
	if (!final && memory && show->sink->look)
		memory = show->sink->look(show->sink, now);
	if (final && memory)
		memory = inners_end(&show->inners, print, show);
	if (final && memory) {
		show->sink->damaged = show_problems(show);
		memory = show->sink->end(show->sink);
	}
	out_flush(&show->out);
	if (final)
		tell_left_out(show);
	errno = memory ? show->out.error : ENOMEM;
	return show->out.failed || !memory ? -1 : 0;
}
