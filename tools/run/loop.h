/* SPDX-License-Identifier: MIT */
/*
 * What `gsstap run` does while PROGRAM runs: wait for the whole process tree, hand signals on, print, prove.
 */
#ifndef TOOLS_RUN_LOOP_H
#define TOOLS_RUN_LOOP_H

#include "tools/run/follow.h"
#include "tools/run/program.h"
#include "tools/run/proof.h"
#include "tools/base/signals.h"
#include "tools/run/watch.h"

struct run_loop {
	/* set by the caller */
	struct run_child child;
	struct signals *signals;
	struct run_watch *watch; /* or NULL: nothing is printed */
	struct run_follow *follow;
	struct run_proof proof; /* RUN_PROOF_NONE unless PROGRAM is held */
	const char *hello_path;
	const char *program; /* for messages */
	bool told;	     /* it has been said already that PROGRAM is not observed */
	/* the outcome */
	int exec_error;	 /* errno of a failed exec, or 0 */
	int status;	 /* PROGRAM's wait status */
	bool left_alone; /* processes of the tree go on: we were told to end */
};

/* Returns when the process tree has ended, or when gsstap is told to end after PROGRAM has. */
void run_loop(struct run_loop *loop);

#endif
