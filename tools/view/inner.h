/* SPDX-License-Identifier: MIT */
/*
 * Calls that failed within others. Each is told before the call around it, by which it is known whether
 * that mattered: with one that failed it is shown, with one that succeeded it is not. What no such call comes
 * for, since it never returned or is lost, is shown as well.
 */
#ifndef TOOLS_VIEW_INNER_H
#define TOOLS_VIEW_INNER_H

#include "trace/reader.h"

struct inner; /* one that is held back */

/* In order of time; zeros: none. */
struct inners {
	struct inner *first, *last;
	unsigned count;
};

/* For who shows failures: the event, unless it is held back or is to be left out. False: no memory. */
typedef bool inner_show(void *context, const struct tr_event *event);
bool inners_add(struct inners *inners, const struct tr_event *event, inner_show *show, void *context);
/* All that are left; the same. */
bool inners_end(struct inners *inners, inner_show *show, void *context);
void inners_free(struct inners *inners);

#endif
