/* SPDX-License-Identifier: MIT */
/*
 * The libzmq of this system that has GSSAPI: the one that can take another's place.
 */
#ifndef TOOLS_RUN_ZMQ_SYSTEM_H
#define TOOLS_RUN_ZMQ_SYSTEM_H

#include "tools/elf/object.h"

#define RUN_ZMQ_SONAME "libzmq.so.5"

struct run_zmq_system {
	char *path;
	struct elf_object *object;
};

/*
 * Looks in LD_LIBRARY_PATH, ld.so's cache and its default directories, in this order, and passes over
 * libraries without GSSAPI. Returns 0, or -1 when there is none.
 */
int run_zmq_system_find(struct run_zmq_system *system);
void run_zmq_system_free(struct run_zmq_system *system);

/* Does this object, which defines zmq_ functions, use GSSAPI? */
bool run_zmq_has_gssapi(const struct elf_object *object);

#endif
