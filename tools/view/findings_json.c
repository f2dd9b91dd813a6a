/* SPDX-License-Identifier: MIT */
/* Findings as JSON Lines: one object each, then one of what was seen. */
#include "tools/out/json.h"
#include "tools/view/findings.h"

#include <stdio.h>

static void text(struct js *js, const char *key, struct model_text text)
{
	if (!text.at)
		return;
	js_key(js, key);
	js_text(js, text.at, text.length);
}

static void side(struct js *js, const char *key, const struct model_talk *talk)
{
	if (!talk)
		return;
	js_key(js, key);
	js_object(js);
	text(js, "program", talk->process->program->name);
	js_set_unsigned(js, "pid", talk->pid);
	text(js, "host", talk->process->program->host);
	text(js, "initiator", talk->initiator);
	text(js, "acceptor", talk->acceptor);
	js_object_end(js);
}

static void remedies(struct js *js, const struct list *list)
{
	js_key(js, "remedy");
	js_array(js);
	for (size_t i = 0; i < list->count; i++) {
		bool command = list->items[i][0] == '\t';

		js_object(js);
		js_set_string(js, command ? "command" : "text", list->items[i] + command);
		js_object_end(js);
	}
	js_array_end(js);
}

void finding_json(struct out *out, const struct finding *finding)
{
	struct js json, *js = &json;
	char id[16];

	js_init(js, out);
	snprintf(id, sizeof(id), "GT%04u", finding->id);
	js_object(js);
	js_set_string(js, "kind", "finding");
	js_set_string(js, "id", id);
	js_set_string(js, "name", finding->name);
	js_set_string(js, "title", finding->title);
	js_set_string(js, "cause", finding->cause);
	js_set_strings(js, "evidence", finding->evidence.items, finding->evidence.count);
	remedies(js, &finding->remedies);
	js_set_strings(js, "not_looked_at", finding->unseen.items, finding->unseen.count);
	js_set_unsigned(js, "count", finding->count);
	js_set_time(js, "first", finding->first);
	js_set_time(js, "last", finding->last);
	side(js, "initiator", finding->init);
	side(js, "acceptor", finding->acc);
	if (finding->program) {
		text(js, "program", finding->program->name);
		text(js, "host", finding->program->host);
	}
	js_object_end(js);
	js_line(js);
}

void findings_json_end(struct out *out, const struct findings *findings, const struct diagnose_counts *counts,
		       uint64_t damaged)
{
	struct js js;

	(void)findings;
	js_init(&js, out);
	js_object(&js);
	js_set_string(&js, "kind", "seen");
	js_set_unsigned(&js, "established", counts->established);
	js_set_unsigned(&js, "unproven", counts->unproven);
	js_set_unsigned(&js, "failed", counts->failed);
	js_set_unsigned(&js, "refused", counts->refused);
	js_set_unsigned(&js, "abandoned", counts->abandoned);
	js_set_unsigned(&js, "unfinished", counts->unfinished);
	js_set_unsigned(&js, "credentials", counts->credentials);
	if (counts->left) {
		js_key(&js, "left_alone");
		js_object(&js);
		text(&js, "program", counts->left->name);
		js_set_unsigned(&js, "pid", counts->left_pid);
		text(&js, "host", counts->left->host);
		js_set_unsigned(&js, "sent_length", counts->left_length);
		js_object_end(&js);
	}
	js_set_unsigned(&js, "damaged", damaged);
	js_object_end(&js);
	js_line(&js);
}
