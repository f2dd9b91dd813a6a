/* SPDX-License-Identifier: MIT */
/*
 * One look at all processes that came from this one. It is their reaper, so that whoever came from it is
 * below it for ever: a process is one of them if its parent is.
 */
#ifndef TOOLS_RUN_LOOK_H
#define TOOLS_RUN_LOOK_H

#include "tools/run/found.h"

struct look;

struct look_result {
	bool without; /* processes without the shim are there */
	bool coming;  /* of some it will be known in a moment */
	bool news;    /* programs began since the last look */
};

/* NULL, with *why: it cannot be looked. What is found goes to found. */
struct look *look_new(struct found *found, const char **why);
/* Before there is a tree: who is there is not of it. */
void look_begin(struct look *look);
struct look_result look_at_tree(struct look *look);
/* Was a look cut short for want of memory? */
bool look_failed(const struct look *look);
/* What was seen is worth nothing any more: pids may have been given to others. */
void look_forget(struct look *look);
void look_free(struct look *look);

#endif
