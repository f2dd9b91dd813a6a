/* SPDX-License-Identifier: MIT */
/* The checksum of an authenticator; GSS-API's with what it carries. */
#ifndef TOOLS_TOKEN_CHECKSUM_H
#define TOOLS_TOKEN_CHECKSUM_H

#include "tools/token/token.h"

void checksum_group(struct token *token, const char *name, struct tr_bytes bytes);

#endif
