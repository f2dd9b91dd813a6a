/* SPDX-License-Identifier: MIT */
/*
 * What keeps the system's libzmq from taking the place of others in a program: functions that it does not
 * have, and calls that no preload gets in between.
 */
#ifndef TOOLS_RUN_ZMQ_LACKS_H
#define TOOLS_RUN_ZMQ_LACKS_H

#include "tools/elf/tree.h"
#include "tools/run/zmq_system.h"

/*
 * Is there anything in the way in this tree? Says all of it to stderr. named are the paths of the objects
 * that the user named: a libzmq among them answers for all that it exports, since its users are not known.
 */
bool run_zmq_tell_lacks(const struct elf_tree *tree, const struct run_zmq_system *system,
			const struct elf_list *named);

bool run_zmq_is_name(const char *name); /* of a zmq_ function */

/* Is the node a libzmq for others, not an addon or program with one inside? By its name. */
bool run_zmq_is_library(const struct elf_node *node);

#endif
