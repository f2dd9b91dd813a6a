/* SPDX-License-Identifier: MIT */
/*
 * GSSAPI on the wire, NULL inside: libzmq runs its plain NULL mechanism on an endpoint that a rule secures,
 * and the shim speaks the GSSAPI mechanism (rfc.zeromq.org/spec/38) on each of its connections, as stock
 * libzmq speaks it, in both roles. This is what the wrappers of bind and connect ask of it.
 *
 * A hook that misses would be clear text under NULL. So nothing goes on before libzmq's slots were seen to be
 * ours, a bound descriptor was seen to be tied to its endpoint, and on a connection of such an endpoint no
 * byte passes but through here.
 */
#ifndef SHIM_WIRE_H
#define SHIM_WIRE_H

#include "shim/core/tap.h"
#include "shim/gss/guest.h"
#include "shim/inject/ties.h"

/* A tie for the endpoint of a rule, its names expanded, libzmq entered and a GSSAPI library at hand. 0, or an
 * errno with the reason filled. */
int tap_wire_begin(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		   const struct pol_inject *rule, const void *zmq_function, struct tap_tie **tie,
		   char *reason, size_t size);
/* Right after the real bind or connect, which has `failed` or not: the socket gets back what it had. False:
 * the endpoint was made, and nothing shows that its connections come here; it is to be undone. */
bool tap_wire_end(const struct tap_scope *scope, void *socket, struct tap_tie *tie, bool failed);

/* A context of this libzmq's is about to be made, and with it its first threads: from now on its calls come
 * here. Entering fails in silence: the endpoints tell. */
void tap_wire_prepare(const void *zmq_function);

/* What libzmq's slots would hold without this room: the hooks of line and repair, in the same library. True:
 * this slot is held here, and the function is called for descriptors that are none of ours. */
bool tap_wire_below(void *const *slot, const char *name, void *to);

/* Whom this thread's call of GSSAPI serves; false: nobody here. */
bool tap_wire_serves(struct tap_served *served);
/* The other end of that connection; "": not known. */
void tap_wire_peer(char *out, size_t size);
/* What its greeting has said. */
void tap_wire_describe(struct tr_draft *d);
/* Why that connection was ended here, after its handshake; NULL: it was not. */
const char *tap_wire_why(void);

#endif
