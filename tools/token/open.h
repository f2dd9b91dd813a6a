/* SPDX-License-Identifier: MIT */
/*
 * Opens the encrypted parts of a token that was decoded, as far as keys are known, and puts what was in them
 * beside them in the tree. What cannot be opened gets a note with libkrb5's reason. Decoders know no keys.
 */
#ifndef TOOLS_TOKEN_OPEN_H
#define TOOLS_TOKEN_OPEN_H

#include "tools/token/keys_session.h"

/*
 * session: of the token's context; what the token brings is learned into it. NULL: the context is not known.
 * message: what a MIC is about; NULL: not known.
 */
void token_open(struct token *token, struct token_keys *keys, struct keys_session *session,
		const struct tr_bytes *message);
/* Does any of the keys open the ticket of this AP-REQ, a group of the token? False: not all of it is there.
 */
bool token_try_ticket(struct token *token, uint32_t ap_req, struct token_keys *keys, bool *opens);

#endif
