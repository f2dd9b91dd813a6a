/* SPDX-License-Identifier: MIT */
/* Parts of NTLM's messages (MS-NLMP, section 2.2.2). */
#ifndef TOOLS_TOKEN_NTLM_TARGET_H
#define TOOLS_TOKEN_NTLM_TARGET_H

#include "tools/token/token.h"

/* TargetInfo: AV pairs, into a group of this name. */
void ntlm_target_info(struct token *token, const char *name, struct tr_bytes bytes);
/* FILETIME: 100 ns since 1601. */
void ntlm_time(struct token *token, const char *name, struct tr_bytes bytes);
/* VERSION: "10.0 build 17763, NTLM revision 15". */
void ntlm_version(struct token *token, struct tr_bytes bytes);
extern const struct token_flag ntlm_flags[];

#endif
