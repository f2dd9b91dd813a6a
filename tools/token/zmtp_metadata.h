/* SPDX-License-Identifier: MIT */
/* Metadata of ZMTP and ZAP. */
#ifndef TOOLS_TOKEN_ZMTP_METADATA_H
#define TOOLS_TOKEN_ZMTP_METADATA_H

#include "tools/token/token.h"

/* Properties (RFC 23, section 2.4): those that everybody has by name, the others as a list. */
void zmtp_metadata(struct token *token, struct tr_bytes bytes);

#endif
