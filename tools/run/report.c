/* SPDX-License-Identifier: MIT */
/*
 * Reads back what a run has written, for its dropped and policy events only. Both stand at the beginning of a
 * trace, and no more of it is read: the run is over and its user waits.
 */
#include "tools/run/report.h"

#include "tools/run/hello.h"
#include "tools/run/template.h"
#include "tools/base/tool.h"
#include "trace/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PROBLEMS_AT_MOST 10
/* Losses are counted in the preamble, and the policy is told of with the process, when other threads may have
 * been recorded for a moment. */
#define BEGINNING (1u << 20)

struct findings {
	const char *path;
	uint64_t lost;
	char policy[160];
};

static int by_name(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

void run_report_before(glob_t *before, const char *template)
{
	char *pattern = run_template_glob(template);

	memset(before, 0, sizeof(*before));
	if (pattern)
		glob(pattern, GLOB_NOSORT, NULL, before);
	if (before->gl_pathc)
		qsort(before->gl_pathv, before->gl_pathc, sizeof(*before->gl_pathv), by_name);
	free(pattern);
}

struct problems {
	unsigned reported, traces;
};

static void report_problem(void *context, const char *line)
{
	struct problems *problems = context;
	int pid, text = 0;

	if (sscanf(line, "problem %d %n", &pid, &text) != 1 || !text)
		return;
	problems->traces += !strncmp(line + text, "trace ", 6);
	if (problems->reported++ < PROBLEMS_AT_MOST)
		tool_error("process %d: %s", pid, line + text);
}

unsigned run_report_problems(const char *hello_path)
{
	struct problems problems = {0};

	run_hello_each(hello_path, report_problem, &problems);
	if (problems.reported > PROBLEMS_AT_MOST)
		tool_error("%u more problems of this kind", problems.reported - PROBLEMS_AT_MOST);
	return problems.traces;
}

void run_report_loss(const char *whose, uint64_t events, const char *reason)
{
	tool_error("%s: %llu %s could not be recorded: %s", whose, (unsigned long long)events,
		   events == 1 ? "event" : "events", *reason ? reason : "no reason is known");
}

static void ignore_problem(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static void copy_text(const struct tr_event *event, enum tr_field_id id, char *out, size_t size)
{
	struct tr_value value;

	if (!tr_event_find(event, id, &value))
		return;
	if (value.length < size)
		size = value.length + 1;
	memcpy(out, value.at, size - 1);
	out[size - 1] = 0;
}

static void take(struct findings *findings, const struct tr_event *event)
{
	struct tr_value count, outcome;
	char why[160] = "";

	if (event->head.event == TR_E_dropped && tr_event_find(event, TR_F_COUNT, &count)) {
		copy_text(event, TR_F_WHY, why, sizeof(why));
		run_report_loss(findings->path, tr_value_uint(&count), why);
	}
	findings->lost += tr_event_lost(event);
	if (event->head.event == TR_E_policy && tr_event_find(event, TR_F_OUTCOME_TEXT, &outcome) &&
	    outcome.length == 6 && !memcmp(outcome.at, "broken", 6))
		copy_text(event, TR_F_REASON, findings->policy, sizeof(findings->policy));
}

static uint64_t report(const char *path)
{
	struct findings findings = {.path = path};
	struct tr_reader *reader = tr_reader_new(ignore_problem, NULL);
	struct tr_event event;

	if (!reader)
		return 0;
	if (!tr_reader_add_beginning(reader, path, BEGINNING)) {
		tr_reader_finish(reader);
		while (tr_reader_next(reader, UINT64_MAX, &event))
			take(&findings, &event);
	}
	tr_reader_free(reader);
	if (*findings.policy)
		tool_error("%s: the policy could not be used: %s", path, findings.policy);
	return findings.lost;
}

static bool was_there(const glob_t *before, char *path)
{
	return before->gl_pathc && bsearch(&path, before->gl_pathv, before->gl_pathc, sizeof(path), by_name);
}

uint64_t run_report_after(glob_t *before, const char *template)
{
	glob_t now;
	struct stat status;
	uint64_t lost = 0;

	run_report_before(&now, template);
	for (size_t i = 0; i < now.gl_pathc; i++) {
		if (was_there(before, now.gl_pathv[i]) || stat(now.gl_pathv[i], &status) ||
		    !S_ISREG(status.st_mode))
			continue;
		lost += report(now.gl_pathv[i]);
	}
	globfree(before);
	globfree(&now);
	return lost;
}
