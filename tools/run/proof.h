/* SPDX-License-Identifier: MIT */
/*
 * The proof that the shim came up in PROGRAM: its constructor adds a line to the hello file.
 *
 * Under an enforcing policy the proof is asked for at the program's entry point, before its first
 * instruction: ptrace holds it there. Otherwise PROGRAM is never traced (tracing would take the privilege
 * from setuid programs below it) and a missing hello is only reported.
 */
#ifndef TOOLS_RUN_PROOF_H
#define TOOLS_RUN_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Has the shim in process pid written its line? */
bool run_proof_hello(const char *hello_path, pid_t pid);
/* Where it has not. */
#define RUN_PROOF_WHY_MISSING "the shim did not come up in it"

enum run_proof_state {
	RUN_PROOF_NONE = 0, /* PROGRAM is not held */
	RUN_PROOF_HELD,	    /* on its way from exec to its entry point */
	RUN_PROOF_GIVEN,    /* the shim was there; PROGRAM has been let go */
	RUN_PROOF_MISSING,  /* the shim was not there, or that could not be found out: PROGRAM was killed */
};

struct run_proof {
	enum run_proof_state state;
	pid_t pid;
	const char *hello_path;
	uintptr_t entry;
	long code;	  /* what stands there */
	char reason[160]; /* of RUN_PROOF_MISSING */
};

/* Takes hold of a child that waits before its exec. Returns 0, or -1 with proof->reason. */
int run_proof_hold(struct run_proof *proof, pid_t pid, const char *hello_path);

/* Deals with a stop (a wait status) of the held child. */
void run_proof_stop(struct run_proof *proof, int status);

/* The same for a process that the held child forked: it is let go. */
void run_proof_child(const struct run_proof *proof, pid_t pid, int status);

#endif
