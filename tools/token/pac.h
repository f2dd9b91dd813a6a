/* SPDX-License-Identifier: MIT */
/*
 * The Privilege Attribute Certificate (MS-PAC): what a KDC says of who the client is, in a table of buffers.
 * Nothing in it is believed: offsets, lengths and counts are all checked against what is there.
 */
#ifndef TOOLS_TOKEN_PAC_H
#define TOOLS_TOKEN_PAC_H

#include "tools/token/token.h"

/* A list of buffers, each with its type; of known ones what they say. */
void pac_group(struct token *token, const char *name, struct tr_bytes bytes);

#endif
