/* SPDX-License-Identifier: MIT */
/*
 * What the loader may do to libzmq's calls while they are bound at their first use.
 *
 *   late_binding unbound             prints how many of those that matter are unbound in a process with a
 * context late_binding rep|req ENDPOINT NAME... binds, or connects, and stores the C library's function for
 * each NAME, as the loader's resolver does for a thread that has been in it for long; then answers one
 * question, or asks it
 */
#include "tests/hosts/slots.h"

#include <zmq.h>

static const char *const names[] = {"socket",  "setsockopt", "bind", "connect",
				    "accept4", "recv",	     "send", "close"};

static int count_unbound(void)
{
	struct dl_find_object found;
	char *slot;
	int unbound = 0;

	if (_dl_find_object(libzmq()->l_ld, &found))
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		slot = *libzmq_slot(names[i]);
		unbound += slot >= (char *)found.dlfo_map_start && slot < (char *)found.dlfo_map_end;
	}
	return unbound;
}

int main(int argc, char **argv)
{
	void *context = zmq_ctx_new(), *socket;
	int patience = 300000, server;
	char text[100] = "question";

	if (argc < 3) {
		printf("unbound: %d\n", count_unbound());
		return 0;
	}
	server = !strcmp(argv[1], "rep");
	socket = zmq_socket(context, server ? ZMQ_REP : ZMQ_REQ);
	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	if (server ? zmq_bind(socket, argv[2]) : zmq_connect(socket, argv[2]))
		return 1;
	for (int i = 3; i < argc; i++)
		*libzmq_slot(argv[i]) = dlsym(RTLD_DEFAULT, argv[i]);
	puts("up");
	fflush(stdout);
	if (!server)
		zmq_send(socket, "the wire must not show this", 27, 0);
	if (zmq_recv(socket, text, sizeof(text) - 1, 0) < 0)
		return 1;
	printf("got %s\n", text);
	if (server)
		zmq_send(socket, "answered", 8, 0);
	zmq_close(socket);
	zmq_ctx_term(context);
	return 0;
}
