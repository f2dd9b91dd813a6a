/* SPDX-License-Identifier: MIT */
/*
 * Follows a directory by inotify and hands its traces to the printer. New files are announced; growth is not
 * (a store to a mapped file is no event), so the caller polls.
 */
#include "tools/run/watch.h"

#include "tools/base/tool.h"
#include "trace/format.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

struct run_watch {
	const char *directory;
	struct show *show;
	int inotify;
	bool closed;	/* what we print cannot be written any more */
	int error;	/* why */
	unsigned shown; /* files handed to show */
	char **pending; /* paths of files that are still too short to be read */
	size_t pendings;
};

struct run_watch *run_watch_new(const char *directory, const struct run_watch_what *what)
{
	struct run_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->directory = directory;
	watch->show = show_new(what->doctor ? what->format == SHOW_JSON ? SHOW_DOCTOR_JSON : SHOW_DOCTOR_TEXT
					    : what->format,
			       what->out, tool_colour(fileno(what->out)));
	if (watch->show) {
		show_only_handshakes(watch->show, what->handshakes);
		show_findings_alone(watch->show, what->doctor);
		show_cut(watch->show, !what->full);
	}
	watch->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch->show && watch->inotify >= 0 &&
	    inotify_add_watch(watch->inotify, directory, IN_CREATE) >= 0)
		return watch;
	tool_error("%s cannot be watched: %s", directory, strerror(errno));
	run_watch_free(watch);
	return NULL;
}

int run_watch_fd(const struct run_watch *watch)
{
	return watch->inotify;
}

bool run_watch_is_busy(const struct run_watch *watch)
{
	return !watch->closed && (watch->shown || watch->pendings);
}

static bool is_trace(const char *name)
{
	size_t len = strlen(name);

	return len > 7 && !strcmp(name + len - 7, ".pcapng");
}

static void remember(struct run_watch *watch, const char *name)
{
	char **more, *path;

	if (!is_trace(name) || asprintf(&path, "%s/%s", watch->directory, name) < 0)
		return;
	more = reallocarray(watch->pending, watch->pendings + 1, sizeof(*more));
	if (!more) {
		free(path);
		return;
	}
	watch->pending = more;
	more[watch->pendings++] = path;
}

static void read_news(struct run_watch *watch)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n;

	while ((n = read(watch->inotify, buffer, sizeof(buffer))) > 0)
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *event = (const struct inotify_event *)at;

			if (event->len)
				remember(watch, event->name);
			if (event->mask & IN_Q_OVERFLOW)
				tool_error("too many processes at once: some of their calls are not printed");
			at += sizeof(*event) + event->len;
		}
}

/* A trace is handed over once its preamble is there; at the end an empty one has nothing to say. */
static void add_ready(struct run_watch *watch)
{
	size_t kept = 0;

	for (size_t i = 0; i < watch->pendings; i++) {
		char *path = watch->pending[i];
		struct stat status;

		bool there = !stat(path, &status);

		if (there && status.st_size < TR_PREAMBLE) {
			watch->pending[kept++] = path;
			continue;
		}
		/* Who could not begin it has taken it away, and says so himself. */
		if ((there || errno != ENOENT) && !show_add(watch->show, path))
			watch->shown++;
		free(path);
	}
	watch->pendings = kept;
}

void run_watch_poll(struct run_watch *watch, bool final)
{
	read_news(watch);
	add_ready(watch);
	if (!watch->closed && show_poll(watch->show, final) < 0) {
		watch->closed = true;
		watch->error = errno;
	}
	if (!watch->closed && !final)
		show_release(watch->show);
}

int run_watch_error(const struct run_watch *watch)
{
	return watch->error == EPIPE ? 0 : watch->error;
}

uint64_t run_watch_lost(const struct run_watch *watch, const char **why)
{
	return show_lost(watch->show, why);
}

void run_watch_free(struct run_watch *watch)
{
	if (!watch)
		return;
	for (size_t i = 0; i < watch->pendings; i++)
		free(watch->pending[i]);
	free(watch->pending);
	if (watch->inotify >= 0)
		close(watch->inotify);
	if (watch->show)
		show_free(watch->show);
	free(watch);
}
