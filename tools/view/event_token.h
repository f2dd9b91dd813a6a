/* SPDX-License-Identifier: MIT */
/* The tokens of an event, decoded as far as their bytes are in the trace. */
#ifndef TOOLS_VIEW_EVENT_TOKEN_H
#define TOOLS_VIEW_EVENT_TOKEN_H

#include "tools/token/token.h"

/* The token that a field is about, or NULL when its bytes are not there or nobody knows them. Valid until the
 * next call. */
struct token *event_token(const struct tr_event *event, const struct tr_value *value);

#endif
