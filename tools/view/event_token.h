/* SPDX-License-Identifier: MIT */
/* The tokens of an event, decoded as far as their bytes are in the trace, and opened as far as keys are
 * known. */
#ifndef TOOLS_VIEW_EVENT_TOKEN_H
#define TOOLS_VIEW_EVENT_TOKEN_H

#include "tools/token/keys.h"

/* Keys to open tokens with from now on, or NULL; they stay the caller's. False: no memory. */
bool event_token_keys(struct token_keys *keys);

/* The token that a field is about, or NULL when its bytes are not there or nobody knows them. Valid until the
 * next call. */
struct token *event_token(const struct tr_event *event, const struct tr_value *value);

/* Each event, in order, also one that is not printed: before it is, since a message is under the keys of a
 * handshake; and after. */
void event_token_learn(const struct tr_event *event);
void event_token_ended(const struct tr_event *event);

#endif
