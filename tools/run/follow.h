/* SPDX-License-Identifier: MIT */
/*
 * Follows what programs start that ran without the shim, since none of them tells. It is looked at /proc
 * (look.h): when somebody who has the shim executed a program, which opens the hello file, and as long as
 * somebody without it is there, at short times, and whenever a program anywhere loads the C library. While
 * all have the shim and none is executed, nothing is done.
 */
#ifndef TOOLS_RUN_FOLLOW_H
#define TOOLS_RUN_FOLLOW_H

#include "tools/run/dir.h"
#include "tools/run/found.h"

#include <stdint.h>

struct run_follow;

/* hello: the path of that file. NULL: there is no memory. */
struct run_follow *run_follow_new(const struct run_dir *dir, const char *hello);
/* PROGRAM was started; unobserved: it is known to run without the shim. */
void run_follow_begin(struct run_follow *follow, bool unobserved);
/* Becomes readable when there may be something to see. */
int run_follow_fd(const struct run_follow *follow);
/* Milliseconds until it is to be looked, or -1. */
int run_follow_patience(const struct run_follow *follow);
/* Looks if it is time. */
void run_follow_poll(struct run_follow *follow);
struct found *run_follow_found(const struct run_follow *follow);
/* Why nothing could be looked for, or NULL. */
const char *run_follow_problem(const struct run_follow *follow);
void run_follow_free(struct run_follow *follow);

#endif
