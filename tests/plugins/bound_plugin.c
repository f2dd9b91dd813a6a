/* SPDX-License-Identifier: MIT */
/* A plugin of tests/hosts/bound.c: it refers to libzmq, and its program sees to it that there is one. */
#include <zmq.h>

void *begin(void);
int end(void *context);

void *begin(void)
{
	return zmq_ctx_new();
}

int end(void *context)
{
	void *socket = zmq_socket(context, ZMQ_PAIR);

	return !socket || zmq_close(socket) || zmq_ctx_term(context);
}
