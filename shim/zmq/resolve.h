/* SPDX-License-Identifier: MIT */
/* What libzmq makes of addresses of tcp, udp, ws and wss. */
#ifndef SHIM_ZMQ_RESOLVE_H
#define SHIM_ZMQ_RESOLVE_H

#include "policy/policy.h"

#include <stdbool.h>

#define TAP_UNSURE (-1) /* it may take it */

/*
 * The errno with which libzmq does not take this endpoint, or TAP_UNSURE. ipv6: what the socket's ZMQ_IPV6
 * is; names: this libzmq looks up names also for
 * who binds, as of 4.3.5. Changes errno.
 */
int tap_resolve(enum pol_way way, const char *endpoint, bool ipv6, bool names);

#endif
