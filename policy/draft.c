/* SPDX-License-Identifier: MIT */
/*
 * A draft's memory and its complaints. Complaints have the form that editors and CI systems take for a
 * compiler's.
 */
#include "policy/draft.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERRORS_SHOWN 30

/* A tool without memory has nothing left to say. */
static char *printed(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		abort();
	return text;
}

void draft_tell(struct pol_complaints *complaints, const char *format, ...)
{
	va_list arguments;
	char *line;

	if (!complaints)
		return;
	va_start(arguments, format);
	line = printed(format, arguments);
	va_end(arguments);
	complaints->take(complaints, line);
	free(line);
}

static void complain(const struct draft *draft, struct place place, const char *kind, const char *format,
		     va_list arguments)
{
	char *text = printed(format, arguments);

	if (place.line)
		draft_tell(draft->complaints, "%s:%u:%u: %s: %s", draft->name, place.line, place.column, kind,
			   text);
	else
		draft_tell(draft->complaints, "%s: %s: %s", draft->name, kind, text);
	free(text);
}

void draft_error(struct draft *draft, struct place place, const char *format, ...)
{
	va_list arguments;

	draft->errors++;
	if (draft->errors == ERRORS_SHOWN + 1)
		draft_tell(draft->complaints, "%s: more errors are not shown", draft->name);
	if (draft->errors > ERRORS_SHOWN)
		return;
	va_start(arguments, format);
	complain(draft, place, "error", format, arguments);
	va_end(arguments);
}

void draft_warn(const struct draft *draft, struct place place, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(draft, place, "warning", format, arguments);
	va_end(arguments);
}

const char *draft_quote(const char *text, size_t len, char out[DRAFT_QUOTE])
{
	size_t used = 0;

	out[used++] = '\'';
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (used > DRAFT_QUOTE - 10) {
			memcpy(out + used, "...", 3);
			used += 3;
			break;
		}
		if (c < 0x80 && isprint(c))
			out[used++] = (char)c;
		else
			used += (size_t)snprintf(out + used, 5, "\\x%02x", c);
	}
	out[used++] = '\'';
	out[used] = 0;
	return out;
}

struct draft_rule *draft_add(struct draft *draft, const struct pol_keyword *keyword, enum pol_kind kind,
			     struct place place)
{
	if (draft->count == draft->room) {
		draft->room = draft->room ? 2 * draft->room : 32;
		draft->rules = reallocarray(draft->rules, draft->room, sizeof(*draft->rules));
		if (!draft->rules)
			abort(); /* a tool without memory has nothing left to say */
	}
	draft->rules[draft->count] = (struct draft_rule){.keyword = keyword,
							 .kind = kind,
							 .line = place.line,
							 .column = place.column,
							 .record = draft->record};
	return &draft->rules[draft->count++];
}

void draft_free(struct draft *draft)
{
	for (size_t i = 0; i < draft->count; i++)
		free(draft->rules[i].text);
	free(draft->rules);
}
