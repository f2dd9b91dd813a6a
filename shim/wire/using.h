/* SPDX-License-Identifier: MIT */
/*
 * Which sockets may still connect for a tie. libzmq connects on its own threads, and anew, for a socket that
 * was closed or disconnected as well while it has something to send, so neither call ends a use.
 *
 * What ends it for certain is the end of the socket's mailbox: libzmq frees that when nothing of the socket
 * is left that could connect, and closes its descriptor (ZMQ_FD), which is seen. Of what was disconnected
 * there is no such sign. What lives on there comes again after a wait that is known (ZMQ_RECONNECT_IVL): when
 * it has not for much longer it is over. Should it come all the same, its tag is nobody's and it is refused;
 * by a path it would not be, so for those only the socket's end counts.
 */
#ifndef SHIM_USING_H
#define SHIM_USING_H

#include "shim/wire/tie.h"

struct wire_place;

/* The socket has connected for this tie. Its options are those that libzmq has taken. errno is kept by all
 * of these. */
void tap_using_begin(const struct tap_scope *scope, void *socket, struct tap_tie *tie);
/* By zmq_disconnect. */
void tap_using_disconnected(const void *socket, const char *endpoint);
/*
 * The peers of this tie refuse whoever connects for it (refused.c). A socket of which no endpoint is left has
 * TAP_SOCKET_REFUSED, until it is connected elsewhere, or to another than who has refused it.
 */
void tap_using_refused(struct tap_tie *tie);
/* It has an endpoint of which that is not asked. */
void tap_using_elsewhere(void *socket);
/* Is that so of this endpoint of the socket, from which it was not disconnected? */
bool tap_using_is_refused(const void *socket, const char *endpoint);
/* It is about to be, by zmq_close. */
void tap_using_closed(const void *socket);
/* The context has ended: nothing of its sockets is left. */
void tap_using_ended(const void *context);

/* libzmq closes what has this place: it was perhaps a mailbox. */
void tap_using_over(struct wire_place *place);
/* Something else has its number: the mailbox was closed behind libzmq's back, and its end will not be seen.
 */
void tap_using_lost(struct wire_place *place);

#endif
