/* SPDX-License-Identifier: MIT */
/*
 * A libzmq that was built without GSSAPI, under a policy that injects GSSAPI: can the system's libzmq take
 * its place? It does by being preloaded, so what counts are the names that the loader binds: every zmq_
 * function that is referred to must be in the system's library, or two libzmq would be mixed in one socket.
 *
 * Files are read, nothing is executed.
 */
#ifndef TOOLS_RUN_ZMQ_H
#define TOOLS_RUN_ZMQ_H

#include "tools/run/scope.h"

#include <limits.h>
#include <stdbool.h>

struct run_zmq {
	bool leave;	       /* --replace-libzmq=no */
	struct elf_list named; /* the objects of --replace-libzmq, absolute */
	char path[PATH_MAX];   /* the libzmq to be preloaded, or "" */
};

/* Takes one --replace-libzmq. Returns 0, or -1 with one sentence in error. */
int run_zmq_option(struct run_zmq *zmq, const char *text, char *error, size_t size);

/* Are the named objects such that a libzmq can be replaced for them? Returns 0 or the exit status. */
int run_zmq_check_named(const struct run_zmq *zmq);

/*
 * Decides for PROGRAM (program, as it was called) in its scope, under a policy that does or does not inject
 * GSSAPI. Sets zmq->path where a libzmq is to be replaced, after saying so. Returns 0 or the exit status,
 * after saying why PROGRAM is not to be started.
 */
int run_zmq_decide(struct run_zmq *zmq, const struct run_scope *scope, const char *program, bool injects);

void run_zmq_free(struct run_zmq *zmq);

#endif
