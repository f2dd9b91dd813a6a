/* SPDX-License-Identifier: MIT */
/*
 * gsstap inspect: says whether a program will be covered, and how. Reads files; executes nothing of what it
 * looks at.
 */
#include "tools/base/tool.h"

#include "tools/elf/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct arguments {
	bool json;
	const char *program;
};

enum { KEY_FORMAT = 0x100 };

static const struct argp_option options[] = {
	{"format", KEY_FORMAT, "text|json", 0, "How to print what was found; default: text", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case KEY_FORMAT:
		if (strcmp(value, "text") && strcmp(value, "json"))
			argp_error(state, "--format is text or json, not '%s'", value);
		arguments->json = !strcmp(value, "json");
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->program)
			argp_error(state, "one PROGRAM at a time: '%s' is too many", value);
		arguments->program = value;
		return 0;
	case ARGP_KEY_END:
		if (!arguments->program)
			argp_error(state, "say which PROGRAM to look at");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp argp_inspect = {
	.options = options,
	.parser = parse,
	.args_doc = "PROGRAM",
	.doc = "Says whether libgsstap.so can be preloaded into PROGRAM, and which of its gss_* and zmq_* "
	       "calls it would "
	       "see.\vPROGRAM is searched for in PATH when it has no slash; it is not started. The exit "
	       "status is 0 when "
	       "PROGRAM is covered, 1 when it is partly or not, 2 when it cannot be read.",
};

int cmd_inspect(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct elf_report report;
	char error[1024];
	int failed, status;

	argp_parse(&argp_inspect, argc, argv, 0, NULL, &arguments);
	if (elf_report_make(&report, arguments.program, error, sizeof(error))) {
		tool_error("%s", error);
		return TOOL_USAGE;
	}
	failed = arguments.json ? elf_report_json(&report, stdout)
				: elf_report_text(&report, stdout, tool_colour(STDOUT_FILENO));
	if (failed)
		tool_error("writing the report: %s", strerror(errno));
	status = report.verdict == ELF_COVERED && !failed ? TOOL_OK : TOOL_FAIL;
	elf_report_free(&report);
	return status;
}
