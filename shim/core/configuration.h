/* SPDX-License-Identifier: MIT */
/* Which Kerberos configuration is in force. */
#ifndef SHIM_CONFIGURATION_H
#define SHIM_CONFIGURATION_H

/* A `configuration` event where it is not what the last one said. */
void tap_configuration_event(void);

#endif
