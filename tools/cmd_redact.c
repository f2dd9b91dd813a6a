/* SPDX-License-Identifier: MIT */
/*
 * gsstap redact: traces that can be given away. Reads the command line, says what was done, and lets
 * redact.h do it. Nothing that is there is ever written to.
 */
#include "tools/base/tool.h"
#include "tools/out/file.h"
#include "tools/redact/redact.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct job {
	char **in; /* traces; after the last, out */
	unsigned count;
	const char *out;
	bool into; /* out is a directory */
};

static const struct argp_option options[] = {{0}};

static bool is_directory(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void check_in(const struct job *job, struct argp_state *state)
{
	for (unsigned i = 0; i < job->count; i++) {
		if (is_directory(job->in[i]))
			argp_error(state, "%s is a directory: name the traces, such as %s/*.pcapng",
				   job->in[i], job->in[i]);
		for (unsigned j = 0; j < i; j++)
			if (!strcmp(base(job->in[i]), base(job->in[j])))
				argp_error(state,
					   "%s and %s would become the same file in %s: redact them from "
					   "files of different names",
					   job->in[j], job->in[i], job->out);
	}
}

static void check(struct job *job, struct argp_state *state)
{
	if (job->count < 2)
		argp_error(state, "give a trace, and the file that its redacted form goes to");
	job->out = job->in[--job->count];
	job->into = is_directory(job->out);
	if (job->count > 1 && !job->into)
		argp_error(state, "%s is no directory: several traces go into one that is there", job->out);
	check_in(job, state);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct job *job = state->input;

	(void)text;
	switch (key) {
	case ARGP_KEY_ARGS:
		job->in = state->argv + state->next;
		job->count = (unsigned)(state->argc - state->next);
		return 0;
	case ARGP_KEY_END:
		check(job, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_redact = {
	.options = options,
	.parser = parse,
	.args_doc = "TRACE OUT\nTRACE... DIRECTORY",
	.doc = "Write traces that can be given away: encrypted parts and messages zeroed, names and "
	       "addresses "
	       "replaced.\v"
	       "OUT is a new file. Traces of one handshake belong into one call: only then the same name "
	       "becomes the same in each.",
};

static char *out_path(const struct job *job, unsigned i)
{
	char *path = NULL;

	if (asprintf(&path, "%s%s%s", job->out, job->into ? "/" : "", job->into ? base(job->in[i]) : "") < 0)
		return NULL;
	return path;
}

/* All of them before anything is written. */
static bool outs_are_new(const struct job *job)
{
	struct stat status;
	bool new = true;

	for (unsigned i = 0; i < job->count; i++) {
		char *path = out_path(job, i);

		if (path && lstat(path, &status) == 0) {
			tool_error("%s exists, and is not overwritten: give a new name", path);
			new = false;
		}
		free(path);
	}
	return new;
}

static int worse(int one, int other)
{
	return one > other ? one : other;
}

static int complain(const char *path)
{
	tool_error("%s: %s", path ? path : "redact", strerror(errno));
	return TOOL_FAIL;
}

static int nothing_read(const char *path)
{
	tool_error("%s: not written: no event could be read", path);
	return TOOL_FAIL;
}

static int write_one(struct redact *redact, const struct job *job, unsigned i)
{
	uint64_t before = redact->sums.events;
	char *path = out_path(job, i);
	struct out_file out;
	int status = TOOL_OK;

	if (!path || out_file_open(&out, path)) {
		status = complain(path);
		free(path);
		return status;
	}
	if (redact_write(redact, job->in[i], out.file))
		status = complain(path);
	else if (redact->sums.events == before)
		status = nothing_read(path);
	else if (out_file_keep(&out))
		status = complain(path);
	if (out_file_close(&out) && status == TOOL_OK)
		status = complain(path);
	free(path);
	return status;
}

static void told(const char *what, uint64_t count)
{
	if (count)
		tool_error("%s: %" PRIu64, what, count);
}

static void tell(const struct redact *redact)
{
	const struct redact_sums *sums = &redact->sums;

	tool_error("events written: %" PRIu64 "; different names and parts of names replaced: %zu; tokens "
		   "redacted: %" PRIu64 "; bytes zeroed: %" PRIu64,
		   sums->events, names_count(redact->names), sums->tokens, sums->zeroed);
	told("messages zeroed as a whole", sums->messages);
	told("arguments of programs made unreadable", sums->arguments);
	told("tokens that no decoder knows, zeroed as a whole", sums->tokens_unknown);
	told("fields of a newer gsstap, zeroed", sums->fields_unknown);
	told("parts of packets that are not gsstap's, zeroed", sums->tags_unknown);
}

static int work(struct redact *redact, const struct job *job)
{
	int status = TOOL_OK;

	for (unsigned i = 0; i < job->count; i++)
		switch (redact_learn(redact, job->in[i])) {
		case REDACT_DONE:
			break;
		case REDACT_DAMAGED:
			status = worse(status, TOOL_FAIL);
			break;
		case REDACT_UNREADABLE:
			return TOOL_USAGE;
		case REDACT_FAILED:
			return complain(NULL);
		}
	redact->sums = (struct redact_sums){0};
	for (unsigned i = 0; i < job->count; i++)
		status = worse(status, write_one(redact, job, i));
	tell(redact);
	return status;
}

int cmd_redact(int argc, char **argv)
{
	struct redact redact = {0};
	struct job job = {0};
	int status;

	argp_parse(&argp_redact, argc, argv, 0, NULL, &job);
	if (!outs_are_new(&job))
		return TOOL_USAGE;
	redact.names = names_new();
	status = redact.names ? work(&redact, &job) : complain(NULL);
	names_free(redact.names);
	free(redact.room);
	return status;
}
