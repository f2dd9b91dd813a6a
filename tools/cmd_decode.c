/* SPDX-License-Identifier: MIT */
/*
 * gsstap decode: traces as lines. Finds the files, opens the output, and either prints all there is, follows,
 * or sums up. A writer maps its file, so that nothing tells when it has written: following means looking
 * again.
 */
#include "tools/view/show.h"
#include "tools/model/traces.h"
#include "tools/names/calls.h"
#include "tools/base/tool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY 50000000 /* ns between two looks at what is followed */
#define SUFFIX ".pcapng"

struct decode {
	enum show_format format;
	bool follow, callers, sum_up;
	const char *colour, *output, *calls;
	uint32_t pid;
	char **arguments; /* files and directories, ends with NULL */
	char **added;	  /* paths that were given to show, or to traces */
	size_t added_count;
	struct show *show;
	struct summary_traces *traces; /* where sum_up */
	bool failed;
};

enum key { KEY_FORMAT = 0x100, KEY_COLOUR, KEY_SUMMARY, KEY_PID, KEY_CALLER };

static const struct argp_option options[] = {
	{"format", KEY_FORMAT, "FORMAT", 0, "text (default) or json: one object a line", 0},
	{"summary", KEY_SUMMARY, NULL, 0, "Every endpoint, its peers and their state instead of events", 0},
	{"follow", 'f', NULL, 0, "Go on as the traces grow, until interrupted", 0},
	{"output", 'o', "FILE", 0, "Write to FILE, mode 0600, instead of standard output", 0},
	{"pid", KEY_PID, "PID", 0, "Only the events of this process", 0},
	{"call", 'e', "PATTERN", 0, "Only calls whose name matches, such as 'gss_*_sec_context'", 0},
	{NULL, 'k', NULL, OPTION_HIDDEN, NULL, 0},
	{"caller", KEY_CALLER, NULL, 0, "In text, say who called: object and offset", 0},
	{"colour", KEY_COLOUR, "WHEN", 0, "auto (default), always or never", 0},
	{"color", KEY_COLOUR, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 0},
	{0},
};

static void parse_pid(struct decode *decode, const char *text, struct argp_state *state)
{
	char *end;
	unsigned long pid;

	errno = 0;
	pid = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !pid || pid > INT_MAX)
		argp_error(state, "--pid: '%s' is not a process id; give a number such as 4711", text);
	decode->pid = (uint32_t)pid;
}

static void parse_format(struct decode *decode, const char *text, struct argp_state *state)
{
	if (!strcmp(text, "json"))
		decode->format = SHOW_JSON;
	else if (!strcmp(text, "text"))
		decode->format = SHOW_TEXT;
	else
		argp_error(state, "--format: '%s' is neither text nor json", text);
}

static void parse_calls(struct decode *decode, const char *text, struct argp_state *state)
{
	char error[320];

	decode->calls = text;
	if (!names_calls_match(text, error, sizeof(error)))
		argp_error(state, "--call: %s", error);
}

static void parse_colour(struct decode *decode, const char *text, struct argp_state *state)
{
	decode->colour = text;
	if (strcmp(decode->colour, "auto") && strcmp(decode->colour, "always") &&
	    strcmp(decode->colour, "never"))
		argp_error(state, "--colour: '%s' is none of auto, always and never", text);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct decode *decode = state->input;

	switch (key) {
	case KEY_FORMAT:
		parse_format(decode, text, state);
		return 0;
	case KEY_COLOUR:
		parse_colour(decode, text, state);
		return 0;
	case KEY_PID:
		parse_pid(decode, text, state);
		return 0;
	case KEY_SUMMARY:
		decode->sum_up = true;
		return 0;
	case 'f':
		decode->follow = true;
		return 0;
	case 'o':
		decode->output = text;
		return 0;
	case 'e':
		parse_calls(decode, text, state);
		return 0;
	case 'k': /* its name of old */
	case KEY_CALLER:
		decode->callers = true;
		return 0;
	case ARGP_KEY_ARGS:
		decode->arguments = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		if (decode->sum_up && (decode->follow || decode->callers || decode->calls))
			argp_error(state, "--summary prints no events: --follow, --call and --caller do not "
					  "go with it");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "give one or more traces, or directories that hold some");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_decode = {
	.options = options,
	.parser = parse,
	.args_doc = "TRACE...",
	.doc = "Print traces as text or JSON, merged by time.\v"
	       "TRACE is a file that gsstap, or mergecap out of such files, has written; a directory stands "
	       "for all "
	       "*.pcapng in it.",
};

static bool is_new(const struct decode *decode, const char *path)
{
	for (size_t i = 0; i < decode->added_count; i++)
		if (!strcmp(decode->added[i], path))
			return false;
	return true;
}

static void add_file(struct decode *decode, const char *path)
{
	char **more = reallocarray(decode->added, decode->added_count + 1, sizeof(*more));

	if (more) {
		decode->added = more;
		more[decode->added_count] = strdup(path);
	}
	if (!more || !more[decode->added_count]) {
		tool_error("no memory");
		decode->failed = true;
		return;
	}
	decode->added_count++;
	if (decode->sum_up ? summary_traces_add(decode->traces, path) : show_add(decode->show, path))
		decode->failed = true;
}

static int is_trace_name(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > strlen(SUFFIX) && !strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX);
}

/* Adds the traces in a directory that were not there before; returns how many there are, or -1. */
static int add_directory(struct decode *decode, const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_trace_name, alphasort);

	if (count < 0) {
		tool_error("%s: %s", directory, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];
		int length = snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);

		if (length < (int)sizeof(path) && is_new(decode, path))
			add_file(decode, path);
		free(entries[i]);
	}
	free(entries);
	return count;
}

static bool is_directory(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

static void add_arguments(struct decode *decode)
{
	for (char **argument = decode->arguments; *argument; argument++) {
		int found = -1;

		if (!strcmp(*argument, "-")) {
			tool_error("-: a trace is read in place, not from standard input: write it to a file "
				   "first");
		} else if (!is_directory(*argument)) {
			found = 1;
			add_file(decode, *argument);
		} else {
			found = add_directory(decode, *argument);
			if (!found && !decode->follow) {
				tool_error("%s: no *%s in this directory", *argument, SUFFIX);
				found = -1;
			}
		}
		decode->failed |= found < 0;
	}
}

static void look_for_more(struct decode *decode)
{
	for (char **argument = decode->arguments; *argument; argument++)
		if (is_directory(*argument))
			add_directory(decode, *argument);
}

/* Never an input: what is written would be read again. */
static bool is_input(const struct decode *decode, const struct stat *output)
{
	struct stat status;

	for (size_t i = 0; i < decode->added_count; i++)
		if (!stat(decode->added[i], &status) && status.st_dev == output->st_dev &&
		    status.st_ino == output->st_ino)
			return true;
	return false;
}

static FILE *open_output(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		tool_error("%s: %s", path, strerror(errno));
	return file;
}

static bool prepare_output(const struct decode *decode, FILE *out)
{
	struct stat status;

	if (!decode->output)
		return true;
	if (fstat(fileno(out), &status) || is_input(decode, &status)) {
		tool_error("%s: is one of the traces to be read; give another file with -o", decode->output);
		return false;
	}
	if (S_ISREG(status.st_mode) && ftruncate(fileno(out), 0)) {
		tool_error("%s: %s", decode->output, strerror(errno));
		return false;
	}
	return true;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static int follow(struct decode *decode)
{
	struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
	struct timespec pause = {.tv_nsec = LOOK_EVERY};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (!interrupted) {
		if (show_poll(decode->show, false))
			return -1;
		nanosleep(&pause, NULL);
		look_for_more(decode);
	}
	return 0;
}

static int print_all(struct decode *decode, FILE *out, bool colour)
{
	if (decode->sum_up)
		return summary_traces_print(decode->traces, decode->format, out, colour, decode->pid);
	return (decode->follow && follow(decode)) || show_poll(decode->show, true) ? -1 : 0;
}

static int print(struct decode *decode, FILE *out, bool colour)
{
	if (print_all(decode, out, colour) || fflush(out)) {
		if (errno != EPIPE) /* a reader such as head has seen enough */
			tool_error("%s: %s", decode->output ? decode->output : "standard output",
				   strerror(errno));
		return TOOL_FAIL;
	}
	return (decode->sum_up ? summary_traces_problems(decode->traces) : show_problems(decode->show))
		       ? TOOL_FAIL
		       : TOOL_OK;
}

static bool prepare_show(struct decode *decode, FILE *out, bool colour)
{
	decode->show = show_new(decode->format, out, colour);
	if (!decode->show)
		return false;
	show_only_pid(decode->show, decode->pid);
	show_only_calls(decode->show, decode->calls);
	show_callers(decode->show, decode->callers);
	show_progress(decode->show, !decode->follow && isatty(STDERR_FILENO) && !isatty(fileno(out)));
	return true;
}

static int decode_to(struct decode *decode, FILE *out)
{
	bool colour = !strcmp(decode->colour, "always") ||
		      (!strcmp(decode->colour, "auto") && tool_colour(fileno(out)));
	int status = TOOL_USAGE;

	if (decode->sum_up)
		decode->traces = summary_traces_new();
	if (decode->sum_up ? !decode->traces : !prepare_show(decode, out, colour)) {
		tool_error("no memory");
		return TOOL_FAIL;
	}
	add_arguments(decode);
	if (prepare_output(decode, out) && (decode->added_count || decode->follow)) {
		status = print(decode, out, colour);
		if (decode->failed)
			status = TOOL_USAGE;
	}
	show_free(decode->show);
	summary_traces_free(decode->traces);
	return status;
}

int cmd_decode(int argc, char **argv)
{
	struct decode decode = {.colour = "auto"};
	FILE *out;
	int status;

	argp_parse(&argp_decode, argc, argv, 0, NULL, &decode);
	out = decode.output ? open_output(decode.output) : stdout;
	if (!out)
		return TOOL_FAIL;
	status = decode_to(&decode, out);
	if (decode.output && fclose(out) && status == TOOL_OK) {
		tool_error("%s: %s", decode.output, strerror(errno));
		status = TOOL_FAIL;
	}
	for (size_t i = 0; i < decode.added_count; i++)
		free(decode.added[i]);
	free(decode.added);
	return status;
}
