/* SPDX-License-Identifier: MIT */
/* A decoded token (token/token.h) as a tree of lines, or as an object of JSON. */
#ifndef TOOLS_VIEW_TOKEN_VIEW_H
#define TOOLS_VIEW_TOKEN_VIEW_H

#include "tools/out/json.h"
#include "tools/token/token.h"

/* "name: value" a line, what lies within indented by two more; notes at their place. */
void token_text_tree(struct out *out, struct token *token, unsigned indent);

/* An object: `phrase`, what the token holds, and `notes`, each with the path that it is about. */
void token_json(struct js *js, struct token *token);

#endif
