/* SPDX-License-Identifier: MIT */
/* The tokens of an event as trees, below its line. */
#include "tools/view/event.h"
#include "tools/view/event_token.h"
#include "tools/view/token_view.h"

#define INDENT 4

void event_trees(struct out *out, const struct tr_event *event)
{
	struct tr_cursor cursor = event->fields;
	struct tr_value value;

	while (tr_cursor_next(&cursor, &value)) {
		struct token *token;

		if (!value.info || value.info->type != TR_TYPE_TOKEN)
			continue;
		token = event_token(event, &value);
		if (!token)
			continue;
		out_raw(out, "    ", INDENT);
		out_str(out, value.info->json);
		out_str(out, ":\n");
		token_text_tree(out, token, INDENT + 2);
	}
}
