/* SPDX-License-Identifier: MIT */
/*
 * Who may come in where a program speaks GSSAPI by its own will: its ZAP handler (rfc.zeromq.org/spec/27) is
 * asked as stock libzmq asks it, and here its answer holds.
 */
#ifndef SHIM_WIRE_ZAP_H
#define SHIM_WIRE_ZAP_H

#include "shim/wire/connection.h"

/*
 * Asks about the peer of a connection whose context is established. The connection is locked, also
 * afterwards, and not meanwhile: it may be over by then. NULL: it may come in, or there is nobody to ask, or
 * it is over. Else why not: a literal, or in `reason`.
 */
const char *tap_wire_zap(struct wire *wire, char *reason, size_t size);
/* What zmq.auth says of a server's peer, which GSSAPI has proved to be this principal; NULL: which goes
 * without. Locked. NULL: it may come in, or the policy says nothing. */
const char *tap_wire_why_not(const struct wire *wire, const char *principal, char *reason, size_t size);

#endif
