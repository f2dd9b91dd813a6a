/* SPDX-License-Identifier: MIT */
/* libzmq's timers, changed around a bind or connect that is secured, where the program left their defaults.
 */
#ifndef SHIM_WAITS_H
#define SHIM_WAITS_H

#include "shim/core/tap.h"

void tap_waits_shorten(const struct tap_scope *scope, void *socket, bool falls_back);
void tap_waits_restore(const struct tap_scope *scope, void *socket);

#endif
