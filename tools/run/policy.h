/* SPDX-License-Identifier: MIT */
/*
 * The policy of a run: YAML is compiled for it, a compiled file is used where it lies. Nothing is started
 * under a policy that is wrong.
 */
#ifndef TOOLS_RUN_POLICY_H
#define TOOLS_RUN_POLICY_H

#include "tools/run/dir.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define RUN_POLICY_NAME "policy.bin" /* of the one compiled for this run, in the private directory */

struct run_policy {
	const char *source; /* as given; NULL: no policy */
	bool enforces;
	bool by_address;   /* its rules about ZeroMQ can be kept by the addresses of connections alone */
	unsigned families; /* enum pol_family: the calls that rules ask for */
	bool compiled_here;
	char path[PATH_MAX]; /* absolute, of the compiled file; "" until run_policy_place when compiled here
			      */
	void *image;
	size_t len;
};

/*
 * Reads source (-p, or else GSSTAP_POLICY of the environment; NULL is no policy), compiles and checks it.
 * Returns 0 or the exit status, after saying what is wrong.
 */
int run_policy_load(struct run_policy *policy, const char *source);

/* Puts what was compiled here into the private directory, and frees the image. Returns 0 or the exit status.
 */
int run_policy_place(struct run_policy *policy, const struct run_dir *dir);

#endif
