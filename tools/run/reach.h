/* SPDX-License-Identifier: MIT */
/*
 * What of PROGRAM the rules of a policy cannot reach: a libzmq or libgssapi linked into it, libraries that
 * prefer their own, packages of Go. A program that is covered may have such calls all the same.
 */
#ifndef TOOLS_RUN_REACH_H
#define TOOLS_RUN_REACH_H

#include "tools/run/policy.h"
#include "tools/run/scope.h"

/*
 * Refuses PROGRAM (program, as it was called) when a rule of the policy asks for calls that are not reached,
 * even if only some are not. Returns 0 or the exit status, after saying why and what to do.
 */
int run_reach_check(const struct run_scope *scope, const char *program, const struct run_policy *policy);

/* Names all that is not reached, where nothing is refused for it. Returns in how many objects, for each
 * family. */
unsigned run_reach_tell(const struct run_scope *scope, const char *program);

#endif
