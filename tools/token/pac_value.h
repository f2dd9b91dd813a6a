/* SPDX-License-Identifier: MIT */
/* Values of Windows' data types (MS-DTYP). */
#ifndef TOOLS_TOKEN_PAC_VALUE_H
#define TOOLS_TOKEN_PAC_VALUE_H

#include "tools/token/token.h"

/* "S-1-5-21-..." of a SID in binary form (section 2.4.2.2), with one more sub-authority when rid is not NULL;
 * "" when it is none. */
const char *pac_sid_text(struct token *token, struct tr_bytes bytes, const uint32_t *rid);
/* 100 ns since 1601; what stands for never or not set is left out. */
void pac_filetime(struct token *token, const char *name, uint64_t time);

#endif
