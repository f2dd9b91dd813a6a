/* SPDX-License-Identifier: MIT */
/* libzmq's own slots, and which of its descriptors are for a secured endpoint. Private to the room. */
#ifndef SHIM_WIRE_SLOTS_H
#define SHIM_WIRE_SLOTS_H

#include "shim/inject/ties.h"

/* Points the slots of the libzmq that holds this function at ours, and looks that they are. False, with the
 * reason: a byte might pass beside us. */
bool tap_wire_enter(const void *zmq_function, char *reason, size_t size);
/* Around a zmq_bind of this thread's. The second says whether a listener was made for it. */
void tap_wire_binding(struct tap_tie *tie);
bool tap_wire_was_bound(void);

#endif
