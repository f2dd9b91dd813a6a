/* SPDX-License-Identifier: MIT */
/*
 * A socket's options, asked and set on our own account: around a bind or connect that is secured some are
 * others for libzmq than for the program. errno is kept.
 */
#ifndef SHIM_WIRE_OPTIONS_H
#define SHIM_WIRE_OPTIONS_H

#include "shim/core/tap.h"

/* False: libzmq does not say, or does not take it. */
bool tap_option_number(const struct tap_scope *scope, void *socket, int option, int *value);
bool tap_option_text(const struct tap_scope *scope, void *socket, int option, char *out, size_t size);
bool tap_option_bytes(const struct tap_scope *scope, void *socket, int option, void *out, size_t *length);
bool tap_option_set(const struct tap_scope *scope, void *socket, int option, int value);
bool tap_option_set_bytes(const struct tap_scope *scope, void *socket, int option, const void *value,
			  size_t length);

/* libzmq's timer of handshakes, where the program left its default. A peer that says nothing is let go after
 * seconds. */
void tap_wait_shorten(const struct tap_scope *scope, void *socket);
void tap_wait_restore(const struct tap_scope *scope, void *socket);
/* The program has left libzmq's interval between its tries to connect. */
bool tap_reconnects_as_stock(const struct tap_scope *scope, void *socket);

#endif
