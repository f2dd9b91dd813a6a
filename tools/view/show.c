/* SPDX-License-Identifier: MIT */
/*
 * From reader to printed lines: chooses events, keeps what callers are resolved with, and tells what was left
 * out. Prints nothing of its own among the lines but, in text, the date when it changes.
 */
#include "tools/view/show.h"
#include "tools/out/out.h"
#include "tools/view/caller.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SETTLED 2000000 /* ns: after this, no older event of another thread is still being written */
#define PROGRESS_EVERY 300000000
#define DATE 10		   /* characters of "2026-01-02" */
#define PROGRESS_LOOK 4096 /* events between two looks at the clock */

struct show {
	enum show_format format;
	struct tr_reader *reader;
	struct out_objects *objects;
	struct out out;
	bool callers, live, progress, progress_shown;
	uint32_t pid; /* 0: any */
	const char *calls;
	bool handshakes;
	uint64_t next_progress;
	char date[DATE];
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
		fputs("\r\033[K", stderr);
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
	show->format = format;
	out_init(&show->out, out, colour && format == SHOW_TEXT, format == SHOW_JSON);
	memcpy(show->date, out_stamp(&show->out, clock_now(CLOCK_REALTIME)), DATE);
	show->reader = tr_reader_new(problem, show);
	show->objects = out_objects_new();
	if (show->reader && show->objects)
		return show;
	show_free(show);
	return NULL;
}

void show_free(struct show *show)
{
	if (!show)
		return;
	tr_reader_free(show->reader);
	out_objects_free(show->objects);
	free(show);
}

void show_only_pid(struct show *show, uint32_t pid)
{
	show->pid = pid;
}

void show_only_calls(struct show *show, const char *pattern)
{
	show->calls = pattern;
}

void show_only_handshakes(struct show *show, bool wanted)
{
	show->handshakes = wanted;
}

void show_callers(struct show *show, bool wanted)
{
	show->callers = wanted;
}

void show_progress(struct show *show, bool wanted)
{
	show->progress = wanted;
}

int show_add(struct show *show, const char *path)
{
	return tr_reader_add(show->reader, path);
}

void show_release(struct show *show)
{
	tr_reader_release(show->reader);
}

uint64_t show_problems(const struct show *show)
{
	return tr_reader_stats(show->reader)->problems;
}

static bool is_about_handshakes(const struct tr_event *event)
{
	switch (event->head.event) {
	case TR_E_call:
	case TR_E_handshake:
	case TR_E_refused:
	case TR_E_would_refuse:
	case TR_E_dropped:
	case TR_E_policy:
		return true;
	default:
		return false;
	}
}

static bool wanted(const struct show *show, const struct tr_event *event)
{
	const char *name;

	if (show->pid && event->head.pid != show->pid)
		return false;
	if (show->handshakes && !is_about_handshakes(event))
		return false;
	if (!show->calls)
		return true;
	name = event->head.event == TR_E_call ? tr_call_name(event->head.call) : NULL;
	return name && !fnmatch(show->calls, name, 0);
}

/* A time of day alone is of today, or of the last date shown. */
static void date_line(struct show *show, uint64_t time)
{
	const char *date = out_stamp(&show->out, time);

	if (!memcmp(show->date, date, DATE))
		return;
	memcpy(show->date, date, DATE);
	out_paint(&show->out, "2");
	out_str(&show->out, "--- ");
	out_raw(&show->out, show->date, DATE);
	out_str(&show->out, " ---");
	out_paint(&show->out, "0");
	out_char(&show->out, '\n');
}

static void print(struct show *show, const struct tr_event *event)
{
	if (show->format == SHOW_JSON) {
		out_json_event(&show->out, show->objects, event);
		return;
	}
	date_line(show, event->time);
	out_text_event(&show->out, show->objects, event, show->callers);
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
	fprintf(stderr, "\r\033[K%3" PRIu64 "%%, %" PRIu64 " events",
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

int show_poll(struct show *show, bool final)
{
	uint64_t now = clock_now(CLOCK_REALTIME), count = 0;
	struct tr_event event;

	if (final)
		tr_reader_finish(show->reader);
	else
		tr_reader_refresh(show->reader);
	show->live |= !final;
	while (!show->out.failed &&
	       tr_reader_next(show->reader, final ? UINT64_MAX : now - SETTLED, &event)) {
		out_objects_learn(show->objects, &event);
		if (wanted(show, &event))
			print(show, &event);
		if (show->progress && ++count % PROGRESS_LOOK == 0)
			progress(show);
	}
	out_flush(&show->out);
	progress_clear(show);
	if (final)
		tell_left_out(show);
	errno = show->out.error;
	return show->out.failed ? -1 : 0;
}
