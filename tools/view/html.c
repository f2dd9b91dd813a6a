/* SPDX-License-Identifier: MIT */
/* See html.h. */
#include "tools/view/html.h"

#include "tools/base/safe.h"

#include <string.h>

static void escaped(struct out *out, const char *text, size_t length)
{
	for (; length; text++, length--) {
		switch (*text) {
		case '&':
			out_str(out, "&amp;");
			break;
		case '<':
			out_str(out, "&lt;");
			break;
		case '>':
			out_str(out, "&gt;");
			break;
		case '"':
			out_str(out, "&quot;");
			break;
		case '\'':
			out_str(out, "&#39;");
			break;
		default:
			out_char(out, *text);
		}
	}
}

void html_bytes(struct out *out, const void *text, size_t length)
{
	const uint8_t *at = text, *end = at + length;
	char form[SAFE_FORM];
	size_t used;

	while (at < end) {
		escaped(out, form, safe_form(at, (size_t)(end - at), form, &used));
		at += used;
	}
}

void html_text(struct out *out, const char *text)
{
	html_bytes(out, text, strlen(text));
}

void html_model(struct out *out, struct model_text text)
{
	if (text.at)
		html_bytes(out, text.at, text.length);
}

void html_cell(struct out *out, struct model_text text)
{
	html(out, "<td>");
	html_model(out, text);
	html(out, "</td>");
}

void html_cell_text(struct out *out, const char *text)
{
	html(out, "<td>");
	html_text(out, text ? text : "");
	html(out, "</td>");
}

void html_cell_number(struct out *out, uint64_t number)
{
	html(out, "<td class=n>");
	out_unsigned(out, number);
	html(out, "</td>");
}

void html_cell_time(struct out *out, uint64_t ns)
{
	html(out, "<td class=t>");
	if (ns)
		out_raw(out, out_stamp(out, ns), 19);
	html(out, "</td>");
}
