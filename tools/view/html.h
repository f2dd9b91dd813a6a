/* SPDX-License-Identifier: MIT */
/*
 * The pieces of a page. Every text that is not a literal of ours goes through html_text, html_bytes or
 * html_attribute: made harmless as for a terminal, then escaped, so that no name in a trace can become
 * markup.
 */
#ifndef TOOLS_VIEW_HTML_H
#define TOOLS_VIEW_HTML_H

#include "tools/model/model.h"
#include "tools/out/out.h"

/* Markup of ours, as it is. */
static inline void html(struct out *out, const char *markup)
{
	out_str(out, markup);
}

/* Also within an attribute in double quotes. */
void html_bytes(struct out *out, const void *text, size_t length);
void html_text(struct out *out, const char *text);
void html_model(struct out *out, struct model_text text);
/* <td>TEXT</td>, and the same of a number or a time (ns since the epoch; 0: empty). */
void html_cell(struct out *out, struct model_text text);
void html_cell_number(struct out *out, uint64_t number);
void html_cell_time(struct out *out, uint64_t ns);
void html_cell_text(struct out *out, const char *text);

#endif
