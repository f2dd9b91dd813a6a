/* SPDX-License-Identifier: MIT */
/*
 * What many traces come to: every endpoint, its peers and how each of them stands; and who talked to whom by
 * plain GSSAPI. What `decode --summary` prints.
 *
 * Memory grows with the number of endpoints and peers (and of what is open at one time), never with that of
 * events. Nothing is guessed: what the traces do not say is left out.
 */
#ifndef TOOLS_SUMMARY_H
#define TOOLS_SUMMARY_H

#include "tools/out/out.h"
#include "trace/reader.h"

struct summary;

/* NULL: no memory. */
struct summary *summary_new(void);
void summary_free(struct summary *summary);

/* Takes up one event; they come in order of time. Returns 0, or -1 when there is no memory. */
int summary_learn(struct summary *summary, const struct tr_event *event);

/* Who still has to move, then all there is, by program. */
void summary_text(struct out *out, const struct summary *summary);
/* One object a line; keys and values are described in gsstap-decode(1). out->utc must be set. */
void summary_json(struct out *out, const struct summary *summary);

#endif
