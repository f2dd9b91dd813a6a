/* SPDX-License-Identifier: MIT */
/* What policies refused, and what was observed of which program. */
#include "tools/view/html.h"
#include "tools/view/report.h"

static void program_cell(struct out *out, const struct model_program *program)
{
	html(out, "<td>");
	if (program->name.at || program->exe.at)
		html_model(out, program->name.at ? program->name : program->exe);
	else
		html(out, "an unknown program");
	if (program->host.at) {
		html(out, " on ");
		html_model(out, program->host);
	}
	html(out, "</td>");
}

static void refusal(void *at, void *context)
{
	static const char *const words[2][2] = {{"refused", "would refuse"}, {"changed", "would change"}};
	const struct model_refusal *refused = at;
	struct out *out = context;

	html(out, "<tr>");
	program_cell(out, refused->program);
	html_cell_text(out, words[refused->changed][refused->would]);
	html_cell_text(out, tr_call_name(refused->call));
	html_cell(out, refused->subject);
	html_cell(out, refused->rule);
	html_cell_number(out, refused->count);
	html_cell_time(out, refused->last);
	html_cell(out, refused->reason);
	html(out, "</tr>\n");
}

static void refusals(void *at, void *context)
{
	model_each(&((struct model_program *)at)->refusals, refusal, context);
}

static void any_refusal(void *at, void *context)
{
	*(bool *)context |= ((struct model_program *)at)->refusals.first != NULL;
}

void report_refusals(const struct report *report)
{
	struct out *out = report->out;
	bool any = false;

	html(out, "<section id=refusals><h2>Refusals</h2>\n");
	model_each(&report->exchanges->model->programs, any_refusal, &any);
	if (any) {
		html(out,
		     "<div "
		     "class=wide><table><thead><tr><th>Program<th><th>Call<th>What<th>Rule<th>Times<th>Last"
		     "<th>Reason</tr></thead><tbody>\n");
		model_each(&report->exchanges->model->programs, refusals, out);
		html(out, "</tbody></table></div>\n");
	} else {
		html(out, "<p>No policy refused or changed anything in these traces.</p>\n");
	}
	html(out, "</section>\n");
}

static void coverage(void *at, void *context)
{
	const struct model_coverage *covered = at;
	struct out *out = context;

	html(out, covered->reached ? "<li class=good>" : "<li class=bad>");
	html_model(out, covered->about.object);
	html(out, " calls ");
	html_model(out, covered->about.family);
	html(out, "_ functions");
	if (covered->about.library.at) {
		html(out, " of ");
		html_model(out, covered->about.library);
	}
	html(out, covered->reached ? ": seen" : ": <b>not seen</b>");
	if (covered->about.why.at) {
		html(out, ", ");
		html_model(out, covered->about.why);
	}
	html(out, "</li>\n");
}

static void gap(void *at, void *context)
{
	static const char *const words[] = {
		[MODEL_GAP_START] = "its beginning is not in the traces",
		[MODEL_GAP_MIXED] = "traces of two hosts were joined: nobody can tell whose an event is",
		[MODEL_GAP_COVERAGE] = "calls that do not reach gsstap",
		[MODEL_GAP_EXEC] = "it executed a program without gsstap",
		[MODEL_GAP_LOST] = "events that could not be recorded",
		[MODEL_GAP_LEVEL] = "its calls were not to be recorded",
		[MODEL_GAP_POLICY] = "its policy could not be used",
		[MODEL_GAP_HANDSHAKE] = "the end of a handshake that it began",
	};
	const struct model_gap *missing = at;
	struct out *out = context;

	html(out, "<li class=warn>not observed: ");
	html(out, words[missing->kind]);
	if (missing->about.object.at) {
		html(out, ": ");
		html_model(out, missing->about.object);
	}
	if (missing->about.why.at) {
		html(out, ", ");
		html_model(out, missing->about.why);
	}
	html(out, " (");
	out_unsigned(out, missing->count);
	html(out, ")</li>\n");
}

static void program(void *at, void *context)
{
	struct model_program *of = at;
	struct out *out = context;

	html(out, "<tr>");
	program_cell(out, of);
	html_cell_number(out, of->processes);
	html_cell_time(out, of->first);
	html_cell_time(out, of->last);
	html(out, "<td><ul>");
	model_each(&of->gaps, gap, out);
	model_each(&of->coverage, coverage, out);
	html(out, "</ul></td></tr>\n");
}

void report_coverage(const struct report *report)
{
	struct out *out = report->out;

	html(out, "<section id=coverage><h2>Coverage</h2>\n<div "
		  "class=wide><table><thead><tr><th>Program<th>Processes"
		  "<th>First<th>Last<th>Observed</tr></thead><tbody>\n");
	model_each(&report->exchanges->model->programs, program, out);
	html(out, "</tbody></table></div></section>\n");
}
