/* SPDX-License-Identifier: MIT */
/* See printout.h. Progress goes to a terminal that the output does not. */
#include "tools/view/printout.h"

#include "tools/base/tool.h"
#include "tools/view/follow.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int printout_open(struct printout *printout, const char *output)
{
	*printout = (struct printout){.output = output, .out = stdout};
	if (!output)
		return TOOL_OK;
	if (out_file_open(&printout->file, output))
		return printout_complain(printout);
	printout->out = printout->file.file;
	return TOOL_OK;
}

int printout_begin(struct printout *printout, enum show_format format, bool colour)
{
	printout->show = show_new(format, printout->out, colour);
	printout->inputs = printout->show ? inputs_new(printout->show) : NULL;
	if (!printout->inputs) {
		tool_error("no memory");
		return TOOL_FAIL;
	}
	show_progress(printout->show, isatty(STDERR_FILENO) && !isatty(fileno(printout->out)));
	return TOOL_OK;
}

/* What is written would be read again. */
static bool output_is_input(const struct printout *printout)
{
	struct stat status;

	if (!printout->output || stat(printout->output, &status) || !inputs_hold(printout->inputs, &status))
		return false;
	tool_error("%s: is one of the traces to be read; give another file with -o", printout->output);
	return true;
}

bool printout_add(struct printout *printout, char **traces, bool follow)
{
	printout->failed = inputs_add(printout->inputs, traces, follow);
	return (inputs_count(printout->inputs) || follow) && !output_is_input(printout);
}

int printout_complain(struct printout *printout)
{
	printout->unwritten = true;
	if (errno != EPIPE) /* a reader such as head has seen enough */
		tool_error("%s: %s", printout->output ? printout->output : "standard output",
			   strerror(errno));
	return TOOL_FAIL;
}

/* What there is may be the last that is known of something: an empty page is no better. */
static bool replaces_by_nothing(const struct printout *printout)
{
	if (!printout->file.temporary || show_events(printout->show))
		return false;
	tool_error("%s: not written: no event could be read", printout->output);
	return true;
}

int printout_print(struct printout *printout)
{
	int status = TOOL_OK;

	if (show_poll(printout->show, true) || fflush(printout->out))
		status = printout_complain(printout);
	else if (replaces_by_nothing(printout))
		status = TOOL_FAIL;
	else if (out_file_keep(&printout->file))
		status = printout_complain(printout);
	if (printout->failed)
		return TOOL_USAGE;
	return status || show_problems(printout->show) ? TOOL_FAIL : TOOL_OK;
}

int printout_follow(struct printout *printout)
{
	struct follow what = {.show = printout->show,
			      .inputs = printout->inputs,
			      .out = fileno(printout->out),
			      .file = &printout->file};
	int status;

	if (follow(&what) != FOLLOW_FAILED)
		return printout_print(printout);
	status = printout_complain(printout);
	return printout->failed ? TOOL_USAGE : status;
}

int printout_close(struct printout *printout, int status)
{
	if (out_file_close(&printout->file) && status == TOOL_OK)
		status = printout_complain(printout);
	inputs_free(printout->inputs);
	show_free(printout->show);
	return status;
}
