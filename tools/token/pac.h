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

/* KERB_VALIDATION_INFO (section 2.5): names and groups, into the current group. */
void pac_logon(struct token *token, struct tr_bytes bytes);

/* UTF-16, little endian, as an identity. */
void pac_utf16(struct token *token, const char *name, struct tr_bytes bytes);
/* "S-1-5-21-..." of a SID in binary form (MS-DTYP, section 2.4.2.2), with one more sub-authority when rid is not
 * NULL; "" when it is none. */
const char *pac_sid_text(struct token *token, struct tr_bytes bytes, const uint32_t *rid);
/* 100 ns since 1601; what stands for never or not set is left out. */
void pac_filetime(struct token *token, const char *name, uint64_t time);

#endif
