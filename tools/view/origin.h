/* SPDX-License-Identifier: MIT */
/*
 * Where an event is from: the host of its process, and the object that an address of it lies in. Learned from
 * process and library events.
 */
#ifndef TOOLS_VIEW_ORIGIN_H
#define TOOLS_VIEW_ORIGIN_H

#include "trace/reader.h"

struct origins;

/* NULL: no memory. */
struct origins *origins_new(void);
void origins_free(struct origins *origins);

/* Takes up what an event says, if anything. A process event forgets the objects before: the process did exec.
 */
void origins_learn(struct origins *origins, const struct tr_event *event);

/* The host that this event was recorded on. False: no process event said it, or two said different ones. */
bool origins_host(struct origins *origins, const struct tr_event *event, struct tr_bytes *host);

/* The object (its soname, else the last part of its path) that holds this event's caller, and the offset in
 * it. NULL: unknown, also where the host is. *name is valid until the next origins_learn. */
const char *origins_caller(struct origins *origins, const struct tr_event *event, uint64_t *offset);

#endif
