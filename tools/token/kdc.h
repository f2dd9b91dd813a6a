/* SPDX-License-Identifier: MIT */
/* Messages between a client and its KDC. */
#ifndef TOOLS_TOKEN_KDC_H
#define TOOLS_TOKEN_KDC_H

#include "tools/token/token.h"

/* AS-REQ, AS-REP, TGS-REQ, TGS-REP; false: it is none, and nothing was added. */
bool kdc_message(struct token *token, struct tr_bytes bytes);

/* METHOD-DATA: a SEQUENCE OF PA-DATA, as a list. */
void kdc_padata(struct token *token, const char *name, struct tr_bytes bytes);

#endif
