/* SPDX-License-Identifier: MIT */
/* KERB_VALIDATION_INFO (MS-PAC, section 2.5): names and groups of who logged on. */
#ifndef TOOLS_TOKEN_PAC_LOGON_H
#define TOOLS_TOKEN_PAC_LOGON_H

#include "tools/token/token.h"

/* Into the current group. */
void pac_logon(struct token *token, struct tr_bytes bytes);

#endif
