/* SPDX-License-Identifier: MIT */
/*
 * gsstap run: runs a program under the shim. Reads the options and says what is wrong with them;
 * tools/run/job.h does the rest.
 */
#include "tools/base/tool.h"
#include "tools/names/calls.h"
#include "tools/run/fds.h"
#include "tools/run/job.h"
#include "trace/format.h"
#include "trace/limit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_LIBZMQ = 256,
	KEY_FORMAT,
	KEY_FULL,
	KEY_TEXT,
	KEY_ALL,
	KEY_HANDSHAKES,
	KEY_FOLLOW,
	KEY_STRICT,
	KEY_KRB5_TRACE,
	KEY_DOCTOR,
	KEY_MAX_SIZE
};

static const struct argp_option options[] = {
	{"output", 'o', "TEMPLATE", 0,
	 "Keep the traces, one file a process, and print nothing: %p pid, %n program, %h host; a directory: "
	 "%n-%p.pcapng in it",
	 0},
	{"text", KEY_TEXT, "FILE", 0, "Print to FILE, mode 0600, instead of standard error", 0},
	{"policy", 'p', "POLICY", 0, "Judge and secure the calls by this policy (YAML, or compiled)", 0},
	{"level", 'l', "LEVEL", 0, "Record off, audit, calls, tokens (default), messages or payload", 0},
	{"call", 'e', "PATTERN", 0,
	 "Record only calls whose name matches, such as 'gss_*_sec_context'; may be given again", 0},
	{"all", KEY_ALL, NULL, 0, "Record also calls that only free memory or ask for a constant", 0},
	{"handshakes", KEY_HANDSHAKES, NULL, 0, "Handshakes, refusals and failures alone", 0},
	{"doctor", KEY_DOCTOR, NULL, 0,
	 "Print why handshakes fail, and what to do, as soon as one did; and nothing else", 0},
	{"krb5-trace", KEY_KRB5_TRACE, NULL, 0,
	 "Record also what MIT's libkrb5 says of itself, the lines of KRB5_TRACE, which stays as it is", 0},
	{"max-size", KEY_MAX_SIZE, "SIZE[,FILES]", 0,
	 "With -o: go on in a new file at this size (64K or more; K, M, G), and keep so many files (256); "
	 "with SIZE,FILES,USR2 at SIGUSR2, too",
	 0},
	{"format", KEY_FORMAT, "FORMAT", 0, "Print text (default) or json; not with -o", 0},
	{"full", KEY_FULL, NULL, 0, "Cut no line to the width of a terminal", 0},
	{"follow-exec", KEY_FOLLOW, NULL, 0,
	 "Put the shim back where a program executes another without it in the environment; a policy that is "
	 "enforced asks for it, too",
	 0},
	{"strict", KEY_STRICT, NULL, 0, "Exit with 125 when a process of the tree ran unobserved", 0},
	{0},
};

static bool is_level(const char *text)
{
	static const char *const names[] = TR_LEVEL_NAMES;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], text))
			return true;
	return false;
}

static void set_format(struct run_settings *settings, const char *text, struct argp_state *state)
{
	settings->format_given = true;
	if (!strcmp(text, "json"))
		settings->format = SHOW_JSON;
	else if (strcmp(text, "text"))
		argp_error(state, "--format %s: must be text or json", text);
}

/* The shim takes it from the environment: a service that systemd starts has nothing else. */
static void set_max_size(const char *text, struct argp_state *state)
{
	uint64_t bytes;
	uint32_t files;
	bool by_signal;

	if (!tr_limit_read(text, &bytes, &files, &by_signal))
		argp_error(state,
			   "--max-size %s: must be a size of 64K or more, then perhaps a comma and how many "
			   "files to keep, 1 to 256, and USR2 for a new one at SIGUSR2, such as 10M,5 or "
			   "10M,5,USR2",
			   text);
	if (setenv("GSSTAP_MAX_SIZE", text, 1))
		argp_failure(state, TOOL_SELF, errno, "GSSTAP_MAX_SIZE");
}

static void add_calls(struct run_settings *settings, const char *pattern, struct argp_state *state)
{
	char error[320], *before = settings->calls;

	if (strchr(pattern, ',') || !names_calls_match(pattern, false, error, sizeof(error)))
		argp_error(state, "--call: %s", strchr(pattern, ',') ? "one pattern at a time" : error);
	if (asprintf(&settings->calls, "%s%s%s", before ? before : "", before ? "," : "", pattern) < 0)
		argp_failure(state, TOOL_SELF, 0, "out of memory");
	free(before);
}

/* A filter that nothing passes is a mistake. */
static void check_filter(const struct run_settings *settings, struct argp_state *state)
{
	if (settings->calls && settings->handshakes)
		argp_error(state,
			   "--handshakes records no calls but those that fail: -e does not go with it");
	if (settings->calls && settings->level &&
	    (!strcmp(settings->level, "off") || !strcmp(settings->level, "audit")))
		argp_error(state, "-e: at level %s no call is recorded; use calls or more", settings->level);
	if (settings->handshakes && settings->level && !strcmp(settings->level, "off"))
		argp_error(state, "--handshakes: at level off nothing is recorded");
	if (settings->doctor && settings->level && !strcmp(settings->level, "off"))
		argp_error(state, "--doctor: at level off nothing is recorded");
	if (settings->doctor && (settings->handshakes || settings->calls))
		argp_error(state, "--doctor prints findings and no calls: --handshakes, --all and -e do not "
				  "go with it");
	if (settings->krb5_trace && settings->level && !strcmp(settings->level, "off"))
		argp_error(state, "--krb5-trace: at level off nothing is recorded; use audit or more");
}

static void check_together(const struct run_settings *settings, struct argp_state *state)
{
	const char *level = getenv("GSSTAP_LEVEL");

	if (!settings->program)
		argp_error(state, "a PROGRAM to run is missing");
	check_filter(settings, state);
	if (settings->output && settings->doctor)
		argp_error(state, "--doctor prints, and -o keeps: use 'gsstap doctor' on the traces");
	if (settings->output && settings->text)
		argp_error(state, "--text prints what -o keeps: use 'gsstap decode -o FILE' on the traces");
	if (settings->text && !strcmp(settings->text, "-"))
		argp_error(state,
			   "--text takes a file, and - is none: without it the lines go to standard error");
	if (settings->output && settings->format_given)
		argp_error(
			state,
			"--format is for printing, and -o prints nothing: use 'gsstap decode' on the traces");
	if (settings->output && settings->full)
		argp_error(state,
			   "--full is for printing, and -o prints nothing: use 'gsstap decode --full' on the "
			   "traces");
	if (settings->max_size && !settings->output)
		argp_error(state, "--max-size is for the files of -o, which is missing");
	if (!settings->level && level && *level && !is_level(level))
		argp_error(state,
			   "GSSTAP_LEVEL=%s in the environment: must be off, audit, calls, tokens, messages "
			   "or payload",
			   level);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct run_settings *settings = state->input;

	switch (key) {
	case 'o':
		settings->output = text;
		break;
	case 'p':
		settings->policy = text;
		break;
	case 'l':
		settings->level = text;
		if (!is_level(text))
			argp_error(state,
				   "--level %s: must be off, audit, calls, tokens, messages or payload",
				   text);
		break;
	case 'e':
		add_calls(settings, text, state);
		break;
	case KEY_ALL:
		add_calls(settings, "*", state);
		break;
	case KEY_TEXT:
		settings->text = text;
		break;
	case KEY_HANDSHAKES:
		settings->handshakes = true;
		break;
	case KEY_DOCTOR:
		settings->doctor = true;
		break;
	case KEY_KRB5_TRACE:
		settings->krb5_trace = true;
		break;
	case KEY_FORMAT:
		set_format(settings, text, state);
		break;
	case KEY_FULL:
		settings->full = true;
		break;
	case KEY_MAX_SIZE:
		settings->max_size = true;
		set_max_size(text, state);
		break;
	case KEY_FOLLOW:
		settings->follow = true;
		break;
	case KEY_STRICT:
		settings->strict = true;
		break;
	case ARGP_KEY_ARGS:
		settings->program = state->argv + state->next;
		state->next = state->argc;
		break;
	case ARGP_KEY_END:
		check_together(settings, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp argp_run = {options,
			      parse,
			      "PROGRAM [ARG...]",
			      "Runs PROGRAM under gsstap and prints the GSSAPI and ZeroMQ calls of its "
			      "process tree to stderr, or with -o keeps "
			      "them as traces. The exit status is PROGRAM's; 125 when gsstap failed, 126 "
			      "when PROGRAM cannot be executed, 127 when "
			      "it is not found.",
			      NULL,
			      NULL,
			      NULL};

int cmd_run(int argc, char **argv)
{
	struct run_settings settings = {0};

	run_fds_note();
	argp_parse(&argp_run, argc, argv, ARGP_IN_ORDER, NULL, &settings);
	return run_job(&settings);
}
