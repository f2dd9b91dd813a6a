/* SPDX-License-Identifier: MIT */
/* Which Kerberos configuration is in force. */
#ifndef SHIM_CONFIGURATION_H
#define SHIM_CONFIGURATION_H

#include "trace/format.h"

/* A `configuration` event where it is not what the last one said. role: that a first call of a handshake is
 * about to be made in, so that it is told also of one that never returns; 0: a handshake has ended. */
void tap_configuration_event(enum tr_role role);

#endif
