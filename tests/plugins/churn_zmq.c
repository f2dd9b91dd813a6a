/* SPDX-License-Identifier: MIT */
/* A plugin of tests/hosts/churn.c that brings a libzmq of its own. */
#include <string.h>
#include <zmq.h>

int call(void);

int call(void)
{
	void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PAIR);
	int failed = !socket || zmq_bind(socket, "inprok://churn") || zmq_close(socket);

	return zmq_ctx_term(context) || failed;
}
