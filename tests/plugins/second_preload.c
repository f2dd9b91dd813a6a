/* SPDX-License-Identifier: MIT */
/*
 * Somebody else's preload: it wraps zmq_bind and malloc_trim for its own ends and finds the next with
 * RTLD_NEXT, so its look-ups must mean "after this object", whoever else interposes dlsym. It tells each call
 * on stdout.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <zmq.h>

int malloc_trim(size_t pad);

int zmq_bind(void *socket, const char *endpoint)
{
	int (*next)(void *, const char *) = (int (*)(void *, const char *))dlsym(RTLD_NEXT, "zmq_bind");

	printf("second preload: zmq_bind %s, next %s\n", endpoint, next ? "found" : "missing");
	return next ? next(socket, endpoint) : -1;
}

int malloc_trim(size_t pad)
{
	int (*next)(size_t) = (int (*)(size_t))dlsym(RTLD_NEXT, "malloc_trim");

	printf("second preload: malloc_trim, next %s\n", next && next != malloc_trim ? "found" : "missing");
	return next && next != malloc_trim ? next(pad) : -1;
}
