/* SPDX-License-Identifier: MIT */
/* gsstap timeline: both sides of each handshake beside each other, in order of time. */
#include "tools/base/tool.h"

#include "tools/out/terminal.h"
#include "tools/view/printout.h"
#include "tools/view/timeline_choice.h"

#include <string.h>
#include <unistd.h>

enum { KEY_FORMAT = 0x100, KEY_FAILED, KEY_HANDSHAKE };

static const struct argp_option options[] = {
	{"failed", KEY_FAILED, NULL, 0, "Only handshakes that failed, were refused or given up", 0},
	{"handshake", KEY_HANDSHAKE, "HASH", 0, "Only handshakes whose hash begins so", 0},
	{"format", KEY_FORMAT, "FORMAT", 0, "text (default) or json: one object a handshake", 0},
	{0},
};

struct arguments {
	struct timeline_choice choice;
	bool json;
	char **traces; /* ends with NULL */
};

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case KEY_FAILED:
		arguments->choice.failed = true;
		return 0;
	case KEY_HANDSHAKE:
		if (!*value || value[strspn(value, "0123456789abcdefABCDEF")] || strlen(value) > 32)
			argp_error(state,
				   "--handshake: '%s' is no beginning of a hash: up to 32 hexadecimal "
				   "digits, such as 6387b36c",
				   value);
		arguments->choice.handshake = value;
		return 0;
	case KEY_FORMAT:
		if (strcmp(value, "text") && strcmp(value, "json"))
			argp_error(state, "--format: '%s' is neither text nor json", value);
		arguments->json = !strcmp(value, "json");
		return 0;
	case ARGP_KEY_ARGS:
		arguments->traces = state->argv + state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "give the traces of both sides, or directories that hold them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_timeline = {
	.options = options,
	.parser = parse,
	.args_doc = "TRACE...",
	.doc = "Show handshakes with both sides beside each other: each call and token, who waited for whom, "
	       "what "
	       "followed.\vTRACE is a file that gsstap has written; a directory stands for all *.pcapng in "
	       "it. Give "
	       "those of both sides. On a terminal of 100 columns or more there is a column a side; COLUMNS "
	       "says "
	       "how wide it is where nothing else does.",
};

static int print(const struct arguments *arguments, struct printout *printout)
{
	const struct timeline_choice *choice = &arguments->choice;
	int status;

	show_timeline(printout->show, choice);
	if (!printout_add(printout, arguments->traces, false))
		return TOOL_USAGE;
	status = printout_print(printout);
	if (!printout->unwritten && choice->handshake && !show_found(printout->show)) {
		tool_error("--handshake: none of these traces has a handshake whose hash begins with %s%s",
			   choice->handshake, choice->failed ? " and that failed" : "");
		status = status ? status : TOOL_FAIL;
	}
	return status;
}

int cmd_timeline(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct printout printout;
	int status;

	argp_parse(&argp_timeline, argc, argv, 0, NULL, &arguments);
	arguments.choice.columns = terminal_columns(STDOUT_FILENO);
	printout_open(&printout, NULL);
	status = printout_begin(&printout, arguments.json ? SHOW_TIMELINE_JSON : SHOW_TIMELINE_TEXT,
				tool_colour(STDOUT_FILENO));
	if (!status)
		status = print(&arguments, &printout);
	return printout_close(&printout, status);
}
