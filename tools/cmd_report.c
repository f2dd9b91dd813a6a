/* SPDX-License-Identifier: MIT */
/* gsstap report: one page of all that traces come to. */
#include "tools/base/tool.h"
#include "tools/view/printout.h"

#include <string.h>

static const struct argp_option options[] = {
	{"output", 'o', "FILE", 0, "Write the page to FILE, mode 0600; - is standard output", 0},
	{0},
};

struct arguments {
	const char *output;
	char **traces; /* ends with NULL */
};

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'o':
		arguments->output = value;
		return 0;
	case ARGP_KEY_ARGS:
		arguments->traces = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		if (!arguments->traces)
			argp_error(state, "give the traces, or directories that hold them");
		if (!arguments->output)
			argp_error(state, "-o FILE is missing: where the page is to go, such as report.html");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_report = {
	.options = options,
	.parser = parse,
	.args_doc = "TRACE...",
	.doc = "Write one page that works offline: what went wrong and what to do, every handshake, "
	       "refusals, encryption "
	       "types over time, what was observed and what was not.\vTRACE is a file that gsstap has "
	       "written; a "
	       "directory stands for all *.pcapng in it. Give those of both sides. The exit status is 0 when "
	       "the page "
	       "was written, whatever is in it.",
};

int cmd_report(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct printout printout;
	int status;

	argp_parse(&argp_report, argc, argv, 0, NULL, &arguments);
	status = printout_open(&printout, strcmp(arguments.output, "-") ? arguments.output : NULL);
	if (!status)
		status = printout_begin(&printout, SHOW_REPORT, false);
	if (!status)
		status = printout_add(&printout, arguments.traces, false) ? printout_print(&printout)
									  : TOOL_USAGE;
	return printout_close(&printout, status);
}
