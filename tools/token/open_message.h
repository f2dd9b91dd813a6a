/* SPDX-License-Identifier: MIT */
/* Opens Wrap tokens and verifies MICs (RFC 4121, section 4.2); a part of open.h. */
#ifndef TOOLS_TOKEN_OPEN_MESSAGE_H
#define TOOLS_TOKEN_OPEN_MESSAGE_H

#include "tools/token/keys_session.h"

/* at: the index of the group `wrap` or `mic`. */
void open_wrap(struct token *token, struct token_keys *keys, struct keys_session *session, uint32_t at);
void open_mic(struct token *token, struct token_keys *keys, struct keys_session *session, uint32_t at,
	      const struct tr_bytes *message);

#endif
