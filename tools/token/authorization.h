/* SPDX-License-Identifier: MIT */
/* Authorization data of tickets and authenticators, and the PAC within. */
#ifndef TOOLS_TOKEN_AUTHORIZATION_H
#define TOOLS_TOKEN_AUTHORIZATION_H

#include "tools/token/token.h"

/* A list of elements, with what nests in them. */
void authorization_list(struct token *token, const char *name, struct tr_bytes bytes);

#endif
