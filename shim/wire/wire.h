/* SPDX-License-Identifier: MIT */
/*
 * GSSAPI on the wire, NULL inside: libzmq runs its plain NULL mechanism on an endpoint that is secured by a
 * rule, or by its program, and the shim speaks the GSSAPI mechanism (rfc.zeromq.org/spec/38) on each of its
 * connections, as stock libzmq speaks it, in both roles. This is what the wrappers of bind and connect ask of
 * it.
 *
 * A hook that misses would be clear text under NULL. So nothing goes on before libzmq's slots were seen to be
 * ours, a bound descriptor was seen to be tied to its endpoint, and on a connection of such an endpoint no
 * byte passes but through here.
 */
#ifndef SHIM_WIRE_H
#define SHIM_WIRE_H

#include "shim/wire/tie.h"

/* A bind or connect under way: what it is for, and what is to be put back on its socket. */
struct tap_wired {
	struct tap_tie *tie;	 /* NULL: libzmq does it as it is */
	bool own, server;	 /* its program asked for GSSAPI itself, in that role */
	bool tagged;		 /* without a tie: its ZMQ_SNDBUF looks like a tag */
	bool fails;		 /* its rule says on-failure: error */
	bool untold;		 /* the event that tells of it waits for its success */
	int send_buffer;	 /* ZMQ_SNDBUF, as it was */
	struct tap_socket *turn; /* turn.c's; until the end */
};

/* For the endpoint of a rule: its names are expanded, libzmq entered and a GSSAPI library at hand. 0, or an
 * errno with the reason filled. */
int tap_wire_begin(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		   const struct pol_inject *rule, const void *zmq_function, struct tap_wired *wired,
		   char *reason, size_t size);
/* The same for a socket of which pol_asks_gssapi: its program has set GSSAPI up by libzmq's options. */
int tap_wire_begin_own(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		       const void *zmq_function, struct tap_wired *wired, char *reason, size_t size);
/* For one that is not secured: what the program has set is not taken for a tag. 0, or an errno with the
 * reason filled. */
int tap_wire_begin_none(const struct tap_scope *scope, void *socket, struct tap_wired *wired, char *reason,
			size_t size);
/* Right after the real bind or connect, which has `failed` or not: the socket gets back what it had. False:
 * the endpoint was made, and nothing shows that its connections come here; it is to be undone. */
bool tap_wire_end(const struct tap_scope *scope, void *socket, struct tap_wired *wired, bool failed);

/* The socket that is here now is libzmq's: it has made it, or was given it. errno is kept. */
void tap_wire_know(int fd);

/* A context of this libzmq's is about to be made, and with it its first threads: from now on its calls come
 * here. Entering fails in silence: the endpoints tell. */
void tap_wire_prepare(const void *zmq_function);
/* A context has ended: returns when no thread of ours is inside its libzmq any more, which may be unloaded.
 */
void tap_wire_ended(const void *context);

#endif
