/* SPDX-License-Identifier: MIT */
/* Text of Windows' protocols: UTF-16, little endian. */
#ifndef TOOLS_TOKEN_UTF16_H
#define TOOLS_TOKEN_UTF16_H

#include "tools/token/token.h"

/* Adds it as UTF-8; what is no character becomes U+FFFD. */
void token_utf16(struct token *token, const char *name, struct tr_bytes utf16);
/* The same as text that lives as long as the token; "" when there is no memory. */
const char *utf16_text(struct token *token, struct tr_bytes utf16);

#endif
