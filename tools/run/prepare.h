/* SPDX-License-Identifier: MIT */
/*
 * One run: what was asked for, and what has to be there before PROGRAM starts.
 */
#ifndef TOOLS_RUN_PREPARE_H
#define TOOLS_RUN_PREPARE_H

#include "tools/run/dir.h"
#include "tools/run/loop.h"
#include "tools/run/policy.h"
#include "tools/run/scope.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>

struct run_settings {
	const char *output, *text, *policy, *level;
	char *calls; /* patterns of -e, separated by commas */
	enum show_format format;
	bool format_given, handshakes, doctor, krb5_trace, max_size;
	bool follow, strict, full;
	char **program; /* ends with NULL */
};

/* What is not NULL has to be given back. */
struct run {
	struct run_settings *settings;
	char *template;
	char path[PATH_MAX]; /* PROGRAM's */
	char shim[PATH_MAX];
	char hello[PATH_MAX];
	struct run_policy policy;
	FILE *out; /* of --text */
	struct run_scope scope;
	struct run_dir dir;
	bool has_dir;
	glob_t before;
	struct signals signals;
	struct run_loop loop;
	size_t escaped;	    /* processes that ran without the shim */
	uint64_t lost;	    /* events that could not be recorded or printed: so many, at least */
	unsigned unreached; /* objects of PROGRAM with calls that nothing gets between */
};

/* Everything that is wrong is found here, before PROGRAM starts. Returns 0, or the exit status after saying
 * why. */
int run_prepare(struct run *run);
/* Reads what is known of PROGRAM's objects, into run->scope. */
void run_open_scope(struct run *run);

#endif
