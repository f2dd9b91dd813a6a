/* SPDX-License-Identifier: MIT */
/* The other end of a connection as libzmq writes endpoints: tcp://address:port, ipc://path. errno is kept. */
#ifndef SHIM_ADDRESS_H
#define SHIM_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* "": it is not known. */
void tap_address_peer(int fd, char *out, size_t size);
/* Of this address. False: it is of another kind, or is none. */
bool tap_address_text(const struct sockaddr *address, socklen_t length, char *out, size_t size);

#endif
