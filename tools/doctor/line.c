/* SPDX-License-Identifier: MIT */
/* Collects a line and writes it; see line.h. */
#include "tools/doctor/line.h"

#include "tools/doctor/line_write.h"
#include "tools/base/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lines {
	struct out *out;
	struct js json;
	bool as_json;
	struct line line;
	size_t counts[LINE_STATES];
	const char *first; /* check that failed */
};

struct lines *lines_new(struct out *out, bool json)
{
	struct lines *lines = must_calloc(1, sizeof(*lines));

	lines->out = out;
	lines->as_json = json;
	js_init(&lines->json, out);
	return lines;
}

bool lines_finish(struct lines *lines)
{
	if (lines->as_json)
		line_summary_json(&lines->json, lines->counts, lines->first);
	else
		line_summary_text(lines->out, lines->counts, lines->first);
	return lines->counts[LINE_FAIL] != 0;
}

void lines_free(struct lines *lines)
{
	free(lines);
}

void line_begin(struct lines *lines, const char *check)
{
	lines->line = (struct line){.check = check};
}

void line_is(struct lines *lines, enum line_state state)
{
	if (state > lines->line.state)
		lines->line.state = state;
}

static char *format_list(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	return text ? text : must_strdup("");
}

void line_say(struct lines *lines, const char *format, ...)
{
	va_list arguments;
	char *piece, *before = lines->line.said;

	va_start(arguments, format);
	piece = format_list(format, arguments);
	va_end(arguments);
	lines->line.said = before ? must_format("%s; %s", before, piece) : must_strdup(piece);
	free(piece);
	free(before);
}

static struct line_advice *new_remedy(struct lines *lines)
{
	struct line *line = &lines->line;

	line->remedies = must_grow(line->remedies, line->remedy_count, sizeof(*line->remedies));
	line->remedies[line->remedy_count] = (struct line_advice){0};
	return &line->remedies[line->remedy_count++];
}

void line_remedy(struct lines *lines, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	new_remedy(lines)->text = format_list(format, arguments);
	va_end(arguments);
}

void line_command(struct lines *lines, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	new_remedy(lines)->command = format_list(format, arguments);
	va_end(arguments);
}

static struct line_fact *new_fact(struct lines *lines, const char *name, enum line_kind kind)
{
	struct line *line = &lines->line;

	line->facts = must_grow(line->facts, line->fact_count, sizeof(*line->facts));
	line->facts[line->fact_count] = (struct line_fact){.name = name, .kind = kind};
	return &line->facts[line->fact_count++];
}

void line_text(struct lines *lines, const char *name, const char *value)
{
	if (value)
		new_fact(lines, name, LINE_TEXT)->text = must_strdup(value);
}

void line_number(struct lines *lines, const char *name, int64_t value)
{
	new_fact(lines, name, LINE_NUMBER)->number = value;
}

void line_bool(struct lines *lines, const char *name, bool value)
{
	new_fact(lines, name, LINE_BOOL)->number = value;
}

void line_time(struct lines *lines, const char *name, int64_t seconds)
{
	if (seconds)
		new_fact(lines, name, LINE_TIME)->number = seconds;
}

void line_item(struct lines *lines, const char *name, const char *value)
{
	if (value)
		new_fact(lines, name, LINE_ITEM)->text = must_strdup(value);
}

void line_end(struct lines *lines)
{
	struct line *line = &lines->line;

	if (lines->as_json)
		line_write_json(&lines->json, line);
	else
		line_write_text(lines->out, line);
	lines->counts[line->state]++;
	if (line->state == LINE_FAIL && !lines->first)
		lines->first = line->check;
	for (size_t i = 0; i < line->remedy_count; i++) {
		free(line->remedies[i].text);
		free(line->remedies[i].command);
	}
	for (size_t i = 0; i < line->fact_count; i++)
		free(line->facts[i].text);
	free(line->remedies);
	free(line->facts);
	free(line->said);
	*line = (struct line){0};
}

char *line_word(const char *text)
{
	char *word, *at;

	if (*text &&
	    !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-")] &&
	    *text != '-')
		return must_strdup(text);
	/* No backslash: JSON of ours writes it twice (tools/out/json.h). */
	word = at = must_calloc(5, strlen(text) + 1);
	*at++ = '\'';
	for (; *text; text++)
		at = *text == '\'' ? stpcpy(at, "'\"'\"'") : (*at = *text, at + 1);
	*at = '\'';
	return word;
}
