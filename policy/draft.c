/* SPDX-License-Identifier: MIT */
/*
 * A draft's memory and its complaints. Complaints have the form that editors and CI systems take for a
 * compiler's.
 */
#include "policy/draft.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ERRORS_SHOWN 30

/* Texts of the policy are among it: none may act on the terminal that shows it. */
static void put_harmless(const char *text, FILE *out)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x80 && isprint((unsigned char)*text))
			fputc(*text, out);
		else
			fprintf(out, "\\x%02x", (unsigned char)*text);
}

static void complain(const struct draft *draft, struct place place, const char *kind, const char *format,
		     va_list arguments)
{
	char *text = NULL;

	fputs(draft->name, draft->complaints);
	if (place.line)
		fprintf(draft->complaints, ":%u:%u", place.line, place.column);
	fprintf(draft->complaints, ": %s: ", kind);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	put_harmless(text ? text : "no memory", draft->complaints);
	fputc('\n', draft->complaints);
	free(text);
}

void draft_error(struct draft *draft, struct place place, const char *format, ...)
{
	va_list arguments;

	draft->errors++;
	if (draft->errors == ERRORS_SHOWN + 1)
		fprintf(draft->complaints, "%s: more errors are not shown\n", draft->name);
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
	draft->rules[draft->count] = (struct draft_rule){
		.keyword = keyword, .kind = kind, .line = place.line, .column = place.column};
	return &draft->rules[draft->count++];
}

void draft_free(struct draft *draft)
{
	for (size_t i = 0; i < draft->count; i++)
		free(draft->rules[i].text);
	free(draft->rules);
}
