/* SPDX-License-Identifier: MIT */
/*
 * A program that connects and soon ends: short_life COUNT ENDPOINT. It makes COUNT sockets more, which is the
 * time it lives, and leaves by exit with everything as it is.
 */
#include <stdlib.h>
#include <zmq.h>

int main(int argc, char **argv)
{
	void *context = zmq_ctx_new();
	void *socket = zmq_socket(context, ZMQ_REQ);

	if (argc != 3 || zmq_connect(socket, argv[2]))
		return 2;
	for (int i = atoi(argv[1]); i > 0; i--)
		zmq_close(zmq_socket(context, ZMQ_PAIR));
	exit(0);
}
