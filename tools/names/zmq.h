/* SPDX-License-Identifier: MIT */
/*
 * Names of ZeroMQ's numbers, as <zmq.h> has them; NULL: none is known.
 */
#ifndef TOOLS_NAMES_ZMQ_H
#define TOOLS_NAMES_ZMQ_H

#include <stddef.h>
#include <stdint.h>

const char *name_zmq_option(uint64_t number);
const char *name_zmq_ctx_option(uint64_t number);
const char *name_zmq_type(uint64_t number);
const char *name_zmq_mechanism(uint64_t number);

#endif
