/* SPDX-License-Identifier: MIT */
/*
 * One run from its start to its end.
 */
#ifndef TOOLS_RUN_JOB_H
#define TOOLS_RUN_JOB_H

#include "tools/run/prepare.h"

/* Returns the exit status, or ends as PROGRAM did. */
int run_job(struct run_settings *settings);

#endif
