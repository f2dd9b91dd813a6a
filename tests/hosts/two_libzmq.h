/* SPDX-License-Identifier: MIT */
/*
 * One libzmq out of two in a process, as its user calls it. The two are Debian's library with another soname
 * each (flags.mk); in B the transport "inproc" is called "inprok", so a bind tells which library did it.
 */
#ifndef HOSTS_TWO_LIBZMQ_H
#define HOSTS_TWO_LIBZMQ_H

#include <stddef.h>

struct libzmq {
	void *(*ctx_new)(void);
	int (*ctx_term)(void *context);
	void *(*socket)(void *context, int type);
	int (*setsockopt)(void *socket, int option, const void *value, size_t size);
	int (*getsockopt)(void *socket, int option, void *value, size_t *size);
	int (*bind)(void *socket, const char *endpoint);
	int (*connect)(void *socket, const char *endpoint);
	int (*close)(void *socket);
};

#endif
