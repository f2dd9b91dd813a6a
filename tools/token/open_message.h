/* SPDX-License-Identifier: MIT */
/* Opens Wrap tokens and verifies MICs (RFC 4121, section 4.2, and by open_1964.h older ones); a part of
 * open.h. */
#ifndef TOOLS_TOKEN_OPEN_MESSAGE_H
#define TOOLS_TOKEN_OPEN_MESSAGE_H

#include "tools/token/keys_session.h"

/* at: the index of the group `wrap` or `mic`. */
void open_wrap(struct token *token, struct token_keys *keys, struct keys_session *session, uint32_t at);
void open_mic(struct token *token, struct token_keys *keys, struct keys_session *session, uint32_t at,
	      const struct tr_bytes *message);

/* What is said of a message, in its group: that it is what was sent; opened: the message that was in it, or
 * NULL. */
void open_verified(struct token *token, enum keys_which which, const struct tr_bytes *opened);
/* That it is not, or, when there was no key to try, that nobody can say. */
void open_failed(struct token *token, bool tried);

#endif
