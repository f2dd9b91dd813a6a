/* SPDX-License-Identifier: MIT */
/* KRB-CRED (RFC 4120, section 5.8): tickets with their keys for somebody else; what a delegation sends. */
#ifndef TOOLS_TOKEN_CRED_H
#define TOOLS_TOKEN_CRED_H

#include "tools/token/kerberos.h"

void cred_group(struct token *token, const char *name, struct tr_bytes bytes);

#endif
