/* SPDX-License-Identifier: MIT */
/* Opens Wraps and verifies MICs of RFC 1964, under DES3 and RC4 (RFC 4757, section 7); a part of open.h. */
#ifndef TOOLS_TOKEN_OPEN_1964_H
#define TOOLS_TOKEN_OPEN_1964_H

#include "tools/token/keys_session.h"

/* at: the index of a group `wrap`, `mic` or `delete`, which has `sgn_alg`. message: of a MIC; NULL: not
 * known. */
void open_1964(struct token *token, struct token_keys *keys, struct keys_session *session, uint32_t at,
	       const struct tr_bytes *message);

#endif
