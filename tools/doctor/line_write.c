/* SPDX-License-Identifier: MIT */
/* Writes lines of the report; see line_write.h. */
#include "tools/doctor/line_write.h"

#include <string.h>

static const char *const names[] = {"ok", "skip", "warn", "fail"};
static const char *const paints[] = {"32", "2", "33", "1;31"};

static void pad(struct out *out, const char *text, size_t width)
{
	out_str(out, text);
	for (size_t length = strlen(text); length < width; length++)
		out_char(out, ' ');
}

void line_write_text(struct out *out, const struct line *line)
{
	out_paint(out, paints[line->state]);
	pad(out, names[line->state], 5);
	out_paint(out, "");
	pad(out, line->check, 9);
	out_safe(out, line->said ? line->said : "");
	out_char(out, '\n');
	for (size_t i = 0; i < line->remedy_count; i++) {
		const char *command = line->remedies[i].command;

		out_str(out, command ? "          $ " : "        -> ");
		out_safe(out, command ? command : line->remedies[i].text);
		out_char(out, '\n');
	}
}

static void write_fact(struct js *json, const struct line_fact *fact)
{
	switch (fact->kind) {
	case LINE_TEXT:
	case LINE_ITEM:
		js_string(json, fact->text);
		break;
	case LINE_NUMBER:
		js_signed(json, fact->number);
		break;
	case LINE_BOOL:
		js_bool(json, fact->number != 0);
		break;
	case LINE_TIME:
		js_time(json, (uint64_t)fact->number * 1000000000);
		break;
	}
}

static void write_facts(struct js *json, const struct line *line)
{
	const struct line_fact *fact = line->facts, *end = fact + line->fact_count;

	while (fact < end) {
		const char *name = fact->name;

		js_key(json, name);
		if (fact->kind != LINE_ITEM) {
			write_fact(json, fact++);
			continue;
		}
		js_array(json);
		for (; fact < end && fact->kind == LINE_ITEM && !strcmp(fact->name, name); fact++)
			write_fact(json, fact);
		js_array_end(json);
	}
}

static void write_remedies(struct js *json, const struct line *line, bool commands)
{
	bool any = false;

	for (size_t i = 0; i < line->remedy_count; i++) {
		const char *text = commands ? line->remedies[i].command : line->remedies[i].text;

		if (!text)
			continue;
		if (!any) {
			js_key(json, commands ? "commands" : "remedy");
			js_array(json);
		}
		any = true;
		js_string(json, text);
	}
	if (any)
		js_array_end(json);
}

void line_write_json(struct js *json, const struct line *line)
{
	js_object(json);
	js_set_string(json, "check", line->check);
	js_set_string(json, "state", names[line->state]);
	js_set_string(json, "seen", line->said);
	write_facts(json, line);
	write_remedies(json, line, false);
	write_remedies(json, line, true);
	js_object_end(json);
	js_line(json);
}

static void count(struct out *out, size_t number, const char *one, const char *many)
{
	out_unsigned(out, number);
	out_str(out, number == 1 ? one : many);
}

void line_summary_text(struct out *out, const size_t *counts, const char *first)
{
	count(out, counts[LINE_OK], " check ok, ", " checks ok, ");
	count(out, counts[LINE_WARN], " warning, ", " warnings, ");
	count(out, counts[LINE_FAIL], " failure", " failures");
	if (counts[LINE_SKIP]) {
		out_str(out, ", ");
		out_unsigned(out, counts[LINE_SKIP]);
		out_str(out, " left out");
	}
	if (first) {
		out_str(out, "; begin with: ");
		out_str(out, first);
	}
	out_char(out, '\n');
}

void line_summary_json(struct js *json, const size_t *counts, const char *first)
{
	js_object(json);
	js_set_string(json, "check", "summary");
	js_set_string(json, "state", first ? "fail" : counts[LINE_WARN] ? "warn" : "ok");
	for (int i = 0; i < LINE_STATES; i++)
		js_set_unsigned(json, names[i], counts[i]);
	js_set_string(json, "first", first);
	js_object_end(json);
	js_line(json);
}
