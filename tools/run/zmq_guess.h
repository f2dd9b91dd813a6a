/* SPDX-License-Identifier: MIT */
/*
 * What a script will probably load to reach libzmq: the addons of node's package zeromq, the extensions of
 * Python's package zmq. A guess by the places where these two interpreters look; nothing is executed.
 */
#ifndef TOOLS_RUN_ZMQ_GUESS_H
#define TOOLS_RUN_ZMQ_GUESS_H

#include "tools/elf/script.h"

/* Adds the absolute paths of the objects that PROGRAM, with these #! lines and arguments, may load. */
void run_zmq_guess(struct list *objects, const struct elf_chain *chain, char **argv);

#endif
