/* SPDX-License-Identifier: MIT */
/* A token in a phrase: what it is and what is most telling of it, in one line. */
#ifndef TOOLS_TOKEN_PHRASE_H
#define TOOLS_TOKEN_PHRASE_H

#include "tools/token/token.h"

/*
 * "AP-REQ host/localhost@R kvno 3 aes256-cts ticket, mutual-required", or "" of what nobody knows. It lives
 * as long as the token and may hold anything that the token holds: it is to be printed as text from a trace
 * is.
 */
const char *token_phrase(struct token *token);

/* A value as text: its word or number, its text, names of flags, ISO 8601 of a time. Lives as long as the
 * token. */
const char *token_value(struct token *token, const struct token_node *node);

#endif
