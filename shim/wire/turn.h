/* SPDX-License-Identifier: MIT */
/*
 * Turns at a socket that several threads may use at once, as libzmq's draft types can be. While an endpoint
 * is made its socket has options that are not the program's (endpoint.c): what another thread set meanwhile
 * would be lost, or the endpoint would lose its tag, and with that its security.
 */
#ifndef SHIM_WIRE_TURN_H
#define SHIM_WIRE_TURN_H

#include "shim/zmq/zmq.h"

/* For as long as those options are there, and nothing else happens than libzmq's own call; or while one of
 * them is set or asked for. *turn: NULL where the socket is one thread's, or nothing is secured. False: in
 * the middle of another one of this thread's, by a signal handler; or no memory. errno is kept. */
bool tap_turn_begin(const struct tap_scope *scope, void *socket, struct tap_socket **turn);
void tap_turn_end(struct tap_socket *turn);
/* Is this one of the options that are others meanwhile? */
bool tap_turn_changes(int option);

#endif
