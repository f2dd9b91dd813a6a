/* SPDX-License-Identifier: MIT */
/*
 * gsstap decode: traces as lines, or what they come to. Reads the command line, and lets printout.h find the
 * traces and show.h print them.
 */
#include "tools/base/tool.h"
#include "tools/names/calls.h"
#include "tools/view/event_token.h"
#include "tools/view/printout.h"
#include "tools/view/show_bytes.h"
#include "trace/reader.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct decode {
	bool json, csv, follow, callers, full, verbose, sum_up;
	const char *colour, *output, *keytab, *bytes;
	const char **names; /* patterns, with NULL at their end; NULL: none */
	size_t name_count;
	uint32_t pid;
	char **arguments; /* files and directories, ends with NULL */
	struct printout printout;
	struct token_keys *keys;
};

enum key {
	KEY_FORMAT = 0x100,
	KEY_COLOUR,
	KEY_SUMMARY,
	KEY_PID,
	KEY_CALLER,
	KEY_FULL,
	KEY_KEYTAB,
	KEY_BYTES
};

static const struct argp_option options[] = {
	{"format", KEY_FORMAT, "FORMAT", 0, "text (default), json: one object a line, or csv, with --summary",
	 0},
	{"summary", KEY_SUMMARY, NULL, 0, "Every endpoint, its peers and their state instead of events", 0},
	{"follow", 'f', NULL, 0, "Go on as the traces grow, until interrupted", 0},
	{"verbose", 'v', NULL, 0, "In text, whole lines, and each token as a tree below its event", 0},
	{"bytes", KEY_BYTES, "TOKEN", 0,
	 "Decode one token: a file, - or text in hexadecimal, base64 or a header of HTTP", 0},
	{"output", 'o', "FILE", 0, "Write to FILE, mode 0600, instead of standard output", 0},
	{"call", 'e', "PATTERN", 0,
	 "Only calls and events whose name matches, such as 'gss_*_sec_context' or handshake; may be given "
	 "again",
	 0},
	{"pid", KEY_PID, "PID", 0, "Only the events of this process", 0},
	{"caller", KEY_CALLER, NULL, 0, "In text, say who called: object and offset", 0},
	{"full", KEY_FULL, NULL, 0, "In text, cut no line to the width of the terminal", 0},
	{"keytab", KEY_KEYTAB, "FILE", 0,
	 "Open tickets, and what their session keys protect, with the keys of FILE", 0},
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
	if (strcmp(text, "json") && strcmp(text, "text") && strcmp(text, "csv"))
		argp_error(state, "--format: '%s' is none of text, json and csv", text);
	decode->json = !strcmp(text, "json");
	decode->csv = !strcmp(text, "csv");
}

static void parse_colour(struct decode *decode, const char *text, struct argp_state *state)
{
	decode->colour = text;
	if (strcmp(text, "auto") && strcmp(text, "always") && strcmp(text, "never"))
		argp_error(state, "--colour: '%s' is none of auto, always and never", text);
}

/* What does not go together. */
static void check(const struct decode *decode, struct argp_state *state)
{
	bool events = decode->follow || decode->callers || decode->names || decode->full || decode->verbose;

	if (decode->csv && !decode->sum_up)
		argp_error(state, "--format csv is for --summary: who authenticated to whom");
	if (decode->sum_up && events)
		argp_error(state, "--summary prints no events: --follow, --call, --caller, --full and "
				  "--verbose do not go "
				  "with it");
	if (decode->sum_up && decode->keytab)
		argp_error(state, "--summary prints no tokens: --keytab does not go with it");
	if (decode->bytes && (events || decode->csv || decode->sum_up || decode->pid || decode->arguments))
		argp_error(state,
			   "--bytes decodes one token: traces and what is about them do not go with it");
	if (!decode->bytes && !decode->arguments)
		argp_error(state,
			   "give one or more traces, or directories that hold some; a single token with "
			   "--bytes");
}

/* A pattern that can match nothing would print nothing and say nothing. */
static void add_name(struct decode *decode, const char *pattern, struct argp_state *state)
{
	const char **names = reallocarray(decode->names, decode->name_count + 2, sizeof(*names));
	char error[320];

	if (!names_calls_match(pattern, true, error, sizeof(error)))
		argp_error(state, "--call: %s", error);
	if (!names) {
		argp_failure(state, TOOL_FAIL, 0, "out of memory");
		return;
	}
	names[decode->name_count++] = pattern;
	names[decode->name_count] = NULL;
	decode->names = names;
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
		add_name(decode, text, state);
		return 0;
	case KEY_KEYTAB:
		decode->keytab = text;
		return 0;
	case 'v':
		decode->verbose = true;
		return 0;
	case KEY_BYTES:
		decode->bytes = text;
		return 0;
	case KEY_CALLER:
		decode->callers = true;
		return 0;
	case KEY_FULL:
		decode->full = true;
		return 0;
	case ARGP_KEY_ARGS:
		decode->arguments = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		check(decode, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_decode = {
	.options = options,
	.parser = parse,
	.args_doc = "TRACE...\n--bytes=TOKEN",
	.doc = "Print traces as text or JSON, merged by time, or a single token.\v"
	       "TRACE is a file that gsstap, or mergecap out of such files, has written; a directory stands "
	       "for all "
	       "*.pcapng in it.",
};

static bool wants_colour(const struct decode *decode)
{
	return !strcmp(decode->colour, "always") ||
	       (!strcmp(decode->colour, "auto") && tool_colour(fileno(decode->printout.out)));
}

static int prepare(struct decode *decode)
{
	enum show_format format = decode->sum_up ? SHOW_SUMMARY_TEXT : SHOW_TEXT;
	struct show *show;

	if (decode->csv)
		format = SHOW_SUMMARY_CSV;
	if (printout_begin(&decode->printout, decode->json ? format + 1 : format, wants_colour(decode)))
		return TOOL_FAIL;
	show = decode->printout.show;
	show_only_pid(show, decode->pid);
	show_only_named(show, decode->names);
	show_callers(show, decode->callers);
	show_trees(show, decode->verbose);
	show_cut(show, !decode->full && !decode->verbose);
	if (decode->follow)
		show_progress(show, false);
	return TOOL_OK;
}

static bool load_keys(struct decode *decode)
{
	char *error;

	if (!decode->keytab)
		return true;
	decode->keys = keys_new(decode->keytab, &error);
	if (!decode->keys)
		tool_error("--keytab: %s; give a keytab that holds the service's keys and that you may read",
			   error ? error : "no memory");
	free(error);
	return decode->keys && event_token_keys(decode->keys);
}

static int decode_traces(struct decode *decode)
{
	if (prepare(decode))
		return TOOL_FAIL;
	if (!printout_add(&decode->printout, decode->arguments, decode->follow))
		return TOOL_USAGE;
	return decode->follow ? printout_follow(&decode->printout) : printout_print(&decode->printout);
}

static int decode_bytes(struct decode *decode)
{
	struct printout *printout = &decode->printout;
	int status =
		show_bytes(decode->bytes, printout->out, decode->json, wants_colour(decode), decode->keys);

	return status == TOOL_OK && out_file_keep(&printout->file) ? printout_complain(printout) : status;
}

int cmd_decode(int argc, char **argv)
{
	struct decode decode = {.colour = "auto"};
	int status;

	argp_parse(&argp_decode, argc, argv, 0, NULL, &decode);
	status = printout_open(&decode.printout, decode.output);
	if (!status)
		status = !load_keys(&decode) ? TOOL_USAGE
			 : decode.bytes	     ? decode_bytes(&decode)
					     : decode_traces(&decode);
	status = printout_close(&decode.printout, status);
	event_token_keys(NULL);
	keys_free(decode.keys);
	free(decode.names);
	return status;
}
