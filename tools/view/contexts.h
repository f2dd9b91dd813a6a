/* SPDX-License-Identifier: MIT */
/*
 * Which keys the tokens of an event are under: a security context is a handle in a process, from its
 * handshake to gss_delete_sec_context. Those that were not used for longest are given up when there are very
 * many.
 */
#ifndef TOOLS_VIEW_CONTEXTS_H
#define TOOLS_VIEW_CONTEXTS_H

#include "tools/token/keys_session.h"

struct contexts;

/* keys stays the caller's, and must last longer. NULL: no memory. */
struct contexts *contexts_new(struct token_keys *keys);
void contexts_free(struct contexts *contexts);

/* NULL: the event tells no context, or there is no memory. */
struct keys_session *contexts_session(struct contexts *contexts, const struct tr_event *event);
/* Forgets the context that an event ends, if it does. */
void contexts_end(struct contexts *contexts, const struct tr_event *event);

#endif
