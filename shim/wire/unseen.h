/* SPDX-License-Identifier: MIT */
/*
 * A libzmq whose zmq_ calls do not come here: it was linked into the program or into a module, or was given
 * out by no look-up of ours. Its endpoints are not seen, so that each of its connections is judged by its
 * address. Private to the room; who finds one is within.c.
 *
 * Nothing tells its descriptors from others of the same object, which may have sockets that are no ZeroMQ's.
 * What a connection is shows in its first bytes, and its mechanism in its own greeting: until then it is
 * watched.
 */
#ifndef SHIM_WIRE_UNSEEN_H
#define SHIM_WIRE_UNSEEN_H

#include "shim/wire/connection.h"

/* --- unseen.c: what the policy says of addresses */
/* All interfaces are judged by their address, and as programs call them (a star). A rule to inject is the
 * policy's. */
enum pol_action tap_unseen_judge(const struct pol *policy, enum pol_way way, const char *endpoint,
				 int mechanism, struct pol_verdict *verdict);
/* Is it all interfaces? Then as programs call them. */
bool tap_unseen_any(const char *endpoint, char *out, size_t size);
/* The socket's own greeting has this mechanism (its 20 bytes). True: it may go on as it is. */
bool tap_unseen_allows(const struct wire *wire, const uint8_t *mechanism);
/* A `refused` event, once for an endpoint and a rule; true when it is to be refused. */
bool tap_unseen_refuses(enum pol_way way, const char *endpoint, const struct pol_verdict *verdict);

/* --- unseen_ties.c */
/* The tie of an address that is about to be connected or listened at; a denied one where the policy lets no
 * ZeroMQ pass that is not secured. NULL: it is no concern of ours, or with *error to be refused at once. */
struct tap_tie *tap_unseen_tie(enum pol_way way, const char *endpoint, int *error);
/* A call of such a libzmq may pass beside us: from here all is refused that the policy has a word about. */
void tap_unseen_blind(const char *reason);

/* --- watch.c: connections until it is known what they are */
/* Before libzmq's send (bytes) or recv (NULL): the call is to be made as it is. */
bool tap_unseen_passes(struct wire *wire, const uint8_t *bytes, size_t count);
/* Before any other call that sends or receives. False, with errno: it is not to be made. */
bool tap_unseen_passes_other(int fd, bool sends);

/* --- unseen_hooks.c: what such a libzmq's slots get besides, or instead of, those of slots.c */
struct tap_hook; /* slots.h */
const struct tap_hook *tap_unseen_hooks(void);

#endif
