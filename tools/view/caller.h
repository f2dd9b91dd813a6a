/* SPDX-License-Identifier: MIT */
/*
 * Which object of a process an address lies in: learned from process and library events, asked for callers.
 */
#ifndef TOOLS_OUT_CALLER_H
#define TOOLS_OUT_CALLER_H

#include "trace/reader.h"

struct out_objects;

/* NULL: no memory. */
struct out_objects *out_objects_new(void);
void out_objects_free(struct out_objects *objects);

/* Takes up what an event says about objects, if anything. A process event forgets those before: the process
 * did exec. */
void out_objects_learn(struct out_objects *objects, const struct tr_event *event);

/* The object (its soname, else the last part of its path) that holds this event's caller, and the offset in
 * it. NULL: unknown. *name is valid until the next out_objects_learn. */
const char *out_objects_find(struct out_objects *objects, const struct tr_event *event, uint64_t *offset);

#endif
