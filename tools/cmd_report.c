/* SPDX-License-Identifier: MIT */
/* gsstap report: one page of all that traces come to. */
#include "tools/base/tool.h"
#include "tools/out/file.h"
#include "tools/view/inputs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

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

/* What is written would be read again. */
static bool is_input(const struct arguments *arguments, const struct inputs *inputs)
{
	struct stat status;

	if (stat(arguments->output, &status) || !inputs_hold(inputs, &status))
		return false;
	tool_error("%s: is one of the traces to be read; give another file with -o", arguments->output);
	return true;
}

static int complain(const struct arguments *arguments)
{
	tool_error("%s: %s", arguments->output, strerror(errno));
	return TOOL_FAIL;
}

static int write_to(const struct arguments *arguments, FILE *file, struct out_file *out)
{
	struct show *show = show_new(SHOW_REPORT, file, false);
	struct inputs *inputs = show ? inputs_new(show) : NULL;
	int status = TOOL_USAGE;
	bool failed;

	if (!inputs) {
		tool_error("no memory");
		show_free(show);
		return TOOL_FAIL;
	}
	show_progress(show, isatty(STDERR_FILENO) && !isatty(fileno(file)));
	failed = inputs_add(inputs, arguments->traces, false);
	if (inputs_count(inputs) && !is_input(arguments, inputs)) {
		if (show_poll(show, true) || fflush(file) || (out->file && out_file_keep(out)))
			status = complain(arguments);
		else
			status = failed ? TOOL_USAGE : show_problems(show) ? TOOL_FAIL : TOOL_OK;
	}
	inputs_free(inputs);
	show_free(show);
	return status;
}

int cmd_report(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct out_file out = {0};
	int status;

	argp_parse(&argp_report, argc, argv, 0, NULL, &arguments);
	if (!strcmp(arguments.output, "-"))
		return write_to(&arguments, stdout, &out);
	if (out_file_open(&out, arguments.output))
		return complain(&arguments);
	status = write_to(&arguments, out.file, &out);
	if (out_file_close(&out) && status == TOOL_OK)
		status = complain(&arguments);
	return status;
}
