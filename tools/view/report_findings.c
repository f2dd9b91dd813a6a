/* SPDX-License-Identifier: MIT */
/* What went wrong, each with its proof and what to do. */
#include "tools/view/html.h"
#include "tools/view/report.h"

#include <stdio.h>

static void list(struct out *out, const char *heading, const struct list *items)
{
	if (!items->count)
		return;
	html(out, "<h4>");
	html(out, heading);
	html(out, "</h4><ul>");
	for (size_t i = 0; i < items->count; i++) {
		bool command = items->items[i][0] == '\t';

		html(out, command ? "<li class=command><code>" : "<li>");
		html_text(out, items->items[i] + command);
		html(out, command ? "</code>" : "");
	}
	html(out, "</ul>");
}

static void process(struct out *out, const char *role, const struct model_talk *talk)
{
	if (!talk)
		return;
	html(out, " <span>");
	html(out, role);
	html_model(out, talk->process->program->name);
	html(out, "[");
	out_unsigned(out, talk->pid);
	html(out, "]");
	if (talk->process->program->host.at) {
		html(out, " on ");
		html_model(out, talk->process->program->host);
	}
	html(out, "</span>");
}

static void one(struct out *out, const struct finding *finding)
{
	char id[16];

	snprintf(id, sizeof(id), "GT%04u", finding->id);
	html(out, "<article class=finding><h3><span class=id>");
	html(out, id);
	html(out, "</span> ");
	html_text(out, finding->title);
	html(out, "</h3><p class=cause>");
	html_text(out, finding->cause ? finding->cause : "");
	html(out, "</p><p class=where><time>");
	out_raw(out, out_stamp(out, finding->first), 19);
	html(out, "</time>");
	process(out, "initiator ", finding->init);
	process(out, "acceptor ", finding->acc);
	if (finding->count > 1) {
		html(out, " <b>");
		out_unsigned(out, finding->count);
		html(out, " times</b>");
	}
	html(out, "</p>");
	list(out, "Seen", &finding->evidence);
	list(out, "To do", &finding->remedies);
	list(out, "Not looked at", &finding->unseen);
	html(out, "</article>\n");
}

void report_findings(const struct report *report)
{
	struct out *out = report->out;

	html(out, "<section id=findings><h2>What went wrong</h2>\n");
	for (const struct finding *finding = report->findings->first; finding; finding = finding->next)
		one(out, finding);
	if (!report->findings->first)
		html(out, "<p class=good>Nothing was found in what was observed.</p>");
	html(out, "</section>\n");
}
