/* SPDX-License-Identifier: MIT */
/* The thread that libzmq asks, and which sockets it asks about. */
#ifndef SHIM_AUTH_HANDLER_H
#define SHIM_AUTH_HANDLER_H

#include "shim/core/tap.h"

/*
 * Before a bind or connect that libzmq does by itself, where the policy has zmq.auth: from then on the
 * socket's domain is a mark, and its context has a handler. 0, or an errno with the reason filled.
 */
int tap_auth_begin(const struct tap_scope *scope, void *socket, const struct pol_endpoint *facts,
		   char *reason, size_t size);
/*
 * The same of one that is secured here. *asks: the program's handler is to be asked about it, by libzmq; and
 * then whether libzmq asks. It also does of a socket with another endpoint's mark, which it cannot be rid of:
 * ours then lets everybody pass.
 */
int tap_auth_begin_secured(const struct tap_scope *scope, void *socket, bool *asks, char *reason,
			   size_t size);
/* The context's handler, made where it has none. False: it could not be, with the reason. */
bool tap_auth_serve(const struct tap_scope *scope, void *context, char *reason, size_t size);
/* The context has ended, and with that our thread in it is about to: returns when it has. */
void tap_auth_ended(const void *context);

#endif
