/* SPDX-License-Identifier: MIT */
/*
 * Several files as one stream of events: the files are merged by time, input tokens join their calls, and
 * what is wrong is told to whoever reads. Reports are few a file, however damaged it is.
 */
#include "trace/reader_private.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORTS_A_FILE 10
#define LOOKS_AT_ONCE 4	 /* at a file without anything new, before it is looked at less */
#define FILES_A_LOOK 256 /* of living writers, that are idle */
#define SKIP_MOST 128

struct tr_reader {
	void (*problem)(void *context, const char *text);
	void *context;
	struct tr_source **sources;
	size_t count;
	struct tr_heap heap; /* files that have an event, by it; offset is the index in sources */
	struct tr_tokens tokens;
	struct tr_reader_stats stats;
	uint64_t newest;
	bool stale; /* files were added or refreshed: look at each again */
	bool finished;
	bool apart;	 /* tokens are not joined to their calls */
	uint8_t *buffer; /* TR_BLOCK_MAX bytes: the event that is delivered */
};

struct tr_reader *tr_reader_new(void (*problem)(void *context, const char *text), void *context)
{
	struct tr_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->problem = problem;
	reader->context = context;
	reader->buffer = malloc(TR_BLOCK_MAX);
	if (!reader->buffer) {
		free(reader);
		return NULL;
	}
	return reader;
}

void tr_reader_free(struct tr_reader *reader)
{
	if (!reader)
		return;
	for (size_t i = reader->count; i-- > 0;) { /* the newest first, as they are listed */
		tr_source_close(reader->sources[i]);
		free(reader->sources[i]);
	}
	tr_tokens_free(&reader->tokens);
	free(reader->sources);
	free(reader->heap.nodes);
	free(reader->buffer);
	free(reader);
}

static void tell(struct tr_reader *reader, const char *path, uint64_t offset, const char *what)
{
	char *text = NULL;
	int length;

	reader->stats.problems++;
	if (offset == UINT64_MAX)
		length = asprintf(&text, "%s: %s", path, what);
	else
		length = asprintf(&text, "%s: offset %" PRIu64 ": %s", path, offset, what);
	reader->problem(reader->context, length < 0 ? "no memory to say what is wrong" : text);
	if (length >= 0)
		free(text);
}

void tr_reader_report(struct tr_source *source, uint64_t offset, const char *what)
{
	struct tr_reader *reader = source->reader;

	if (source->problems++ < REPORTS_A_FILE)
		tell(reader, source->map.path, offset, what);
	else if (source->problems == REPORTS_A_FILE + 2)
		tell(reader, source->map.path, UINT64_MAX, "more is wrong with this file than is said here");
}

void tr_reader_foreign(struct tr_reader *reader)
{
	reader->stats.foreign++;
}

void tr_reader_passed(struct tr_reader *reader, uint64_t bytes)
{
	reader->stats.bytes_read += bytes;
}

const struct tr_reader_stats *tr_reader_stats(struct tr_reader *reader)
{
	reader->stats.bytes = 0;
	for (size_t i = 0; i < reader->count; i++)
		reader->stats.bytes += reader->sources[i]->map.size;
	return &reader->stats;
}

int tr_reader_add_beginning(struct tr_reader *reader, const char *path, uint64_t most)
{
	struct tr_source **more =
		reallocarray(reader->sources, reader->count + 1, sizeof(struct tr_source *));
	struct tr_source *source = calloc(1, sizeof(*source));
	const char *why = "no memory";

	if (more)
		reader->sources = more;
	if (more && source)
		why = tr_map_open(&source->map, path, most);
	if (why) {
		free(source);
		tell(reader, path, UINT64_MAX, why);
		return -1;
	}
	source->reader = reader;
	source->file = (unsigned)reader->count;
	source->final = reader->finished;
	reader->sources[reader->count++] = source;
	reader->stale = true;
	return 0;
}

int tr_reader_add(struct tr_reader *reader, const char *path)
{
	return tr_reader_add_beginning(reader, path, UINT64_MAX);
}

void tr_reader_refresh(struct tr_reader *reader)
{
	for (size_t i = 0; i < reader->count; i++) {
		struct tr_source *source = reader->sources[i];

		if (source->skip && !reader->finished) {
			source->skip--;
			continue;
		}
		source->skip = 0;
		tr_source_refresh(source);
	}
	reader->stale = true;
}

void tr_reader_release(struct tr_reader *reader)
{
	for (size_t i = 0; i < reader->count; i++)
		tr_source_release(reader->sources[i]);
}

void tr_reader_finish(struct tr_reader *reader)
{
	reader->finished = true;
	for (size_t i = 0; i < reader->count; i++)
		reader->sources[i]->final = true;
	tr_reader_refresh(reader);
}

void tr_reader_keep_apart(struct tr_reader *reader)
{
	reader->apart = true;
}

static bool is_alive(uint32_t pid)
{
	return !pid || !kill((pid_t)pid, 0) || errno == EPERM;
}

/*
 * A file in which nothing was found is looked at less and less: by the number of files when its writer lives,
 * so that few are seen at once and many cost no more, and seldom when it does not. A pid can be that of
 * another host or container; then what is new is seen later.
 */
static void back_off(const struct tr_reader *reader, struct tr_source *source)
{
	size_t most = SKIP_MOST;

	if (source->quiet < LOOKS_AT_ONCE) {
		source->quiet++;
		return;
	}
	if (is_alive(source->pid) && reader->count / FILES_A_LOOK < most)
		most = reader->count / FILES_A_LOOK;
	source->quiet = source->quiet < SKIP_MOST ? 2 * source->quiet : SKIP_MOST;
	source->skip = (unsigned)(source->quiet < most ? source->quiet : most);
}

/* Asks every file anew for its next event, but those that are not to be looked at now. */
static void line_up(struct tr_reader *reader)
{
	struct tr_node node;

	reader->heap.count = 0;
	reader->stale = false;
	for (size_t i = 0; i < reader->count; i++) {
		struct tr_source *source = reader->sources[i];

		if (source->skip)
			continue;
		if (!tr_source_peek(source, &node)) {
			back_off(reader, source);
			continue;
		}
		source->quiet = 0;
		node.offset = i;
		if (!tr_heap_push(&reader->heap, node))
			tr_reader_report(reader->sources[i], UINT64_MAX, "no memory to read it");
	}
}

static bool take(struct tr_reader *reader, struct tr_event *event)
{
	uint64_t index = reader->heap.nodes[0].offset;
	struct tr_source *source = reader->sources[index];
	bool taken = tr_source_take(source, reader->buffer, event);
	struct tr_node node;

	if (taken)
		source->pid = event->head.pid;

	if (tr_source_peek(source, &node)) {
		node.offset = index;
		tr_heap_replace_first(&reader->heap, node);
	} else {
		tr_heap_pop(&reader->heap);
	}
	return taken;
}

static void count(struct tr_reader *reader, const struct tr_event *event)
{
	reader->stats.events++;
	if (event->time < reader->newest)
		reader->stats.late++;
	else
		reader->newest = event->time;
}

bool tr_reader_next(struct tr_reader *reader, uint64_t until, struct tr_event *event)
{
	tr_tokens_release(&reader->tokens);
	if (reader->stale)
		line_up(reader);
	while (reader->heap.count && reader->heap.nodes[0].time <= until) {
		if (!take(reader, event))
			continue;
		if (event->head.event == TR_E_token && !reader->apart) {
			if (tr_tokens_keep(&reader->tokens, reader->buffer, event) &&
			    (reader->tokens.count < TR_PENDING_MAX ||
			     !tr_tokens_orphan(&reader->tokens, event)))
				continue;
		} else if (reader->tokens.count) {
			tr_tokens_join(&reader->tokens, event);
		}
		count(reader, event);
		return true;
	}
	if (!reader->finished || until != UINT64_MAX || !tr_tokens_orphan(&reader->tokens, event))
		return false;
	reader->stats.events++;
	return true;
}
