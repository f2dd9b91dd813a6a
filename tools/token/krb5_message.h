/* SPDX-License-Identifier: MIT */
/* Messages of an established context of Kerberos. */
#ifndef TOOLS_TOKEN_KRB5_MESSAGE_H
#define TOOLS_TOKEN_KRB5_MESSAGE_H

#include "tools/token/token.h"

/* RFC 1964, section 1.2, after the token id: MIC 0x0101, delete 0x0102, Wrap 0x0201. */
void krb5_message_1964(struct token *token, unsigned id, struct tr_bytes inner);

#endif
