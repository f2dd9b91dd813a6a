/* SPDX-License-Identifier: MIT */
/*
 * Turns at a socket that several threads may use at once, as libzmq's draft types can be. While an endpoint
 * is made its socket has options that are not the program's (endpoint.c): what another thread set meanwhile
 * would be lost, or the endpoint would lose its tag, and with that its security.
 */
#ifndef SHIM_WIRE_TURN_H
#define SHIM_WIRE_TURN_H

#include "shim/core/tap.h"

struct tap_turn {
	struct tap_lock *lock; /* NULL: the socket is one thread's, or nothing is secured */
};

/* Around a call at this socket. False: it is made in the middle of another one of this thread's, by a signal
 * handler, and must not be. errno is kept. */
bool tap_turn_begin(const struct tap_scope *scope, void *socket, struct tap_turn *turn);
void tap_turn_end(const struct tap_turn *turn);
/* Is this one of the options that are others meanwhile? */
bool tap_turn_changes(int option);

#endif
