/* SPDX-License-Identifier: MIT */
/* See timeline_lines.h. Characters can be two columns wide, or none. */
#include "tools/view/timeline_lines.h"

#include "tools/out/terminal.h"

#include <string.h>

#define LEAST 12 /* columns; narrower than that nothing can be read */

/* How many bytes of text fit into so many columns; *skip: of a blank behind them that goes with the line. */
static size_t fits(const char *text, size_t columns, size_t *skip)
{
	size_t length = strlen(text), at = 0, blank = 0, used = 0, one;

	*skip = 0;
	while (at < length) {
		used += terminal_character(text + at, length - at, &one);
		if (used > columns)
			break;
		if (text[at] == ' ' && at)
			blank = at;
		at += one;
	}
	if (at < length && text[at] == ' ')
		blank = at;
	if (at == length || (!blank && at))
		return at;
	if (!blank) /* not even one character */
		return one;
	*skip = 1;
	return blank;
}

static void blanks(struct out *out, size_t count)
{
	while (count--)
		out_char(out, ' ');
}

void timeline_lines(struct out *out, const char *head, size_t from, size_t to, const char *text,
		    const char *paint)
{
	size_t columns = to && to < from + LEAST ? LEAST : to - from, skip;

	out_str(out, head);
	blanks(out, strlen(head) < from ? from - strlen(head) : 0);
	do {
		size_t length = to ? fits(text, columns, &skip) : strlen(text);

		if (*paint)
			out_paint(out, paint);
		out_raw(out, text, length);
		if (*paint)
			out_paint(out, "0");
		out_char(out, '\n');
		text += length + (to ? skip : 0);
		if (*text)
			blanks(out, from);
	} while (*text);
}
