/* SPDX-License-Identifier: MIT */
/*
 * A program that loads libzmq, sets up a server with GSSAPI and a ZAP handler, and unloads it when its
 * context has ended, while the handler has still to answer: zap_unloaded TIMES
 *
 * Prints "unloaded" each time.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

static const char library[] = "libzmq.so.5";

#define FUNCTION(name) __typeof__(&name) my_##name = (__typeof__(&name))dlsym(object, #name)

/* 0, or where it failed. */
static int once(void *object)
{
	FUNCTION(zmq_ctx_new);
	FUNCTION(zmq_ctx_term);
	FUNCTION(zmq_socket);
	FUNCTION(zmq_setsockopt);
	FUNCTION(zmq_getsockopt);
	FUNCTION(zmq_bind);
	FUNCTION(zmq_connect);
	FUNCTION(zmq_close);
	FUNCTION(zmq_recv);
	int one = 1, none = 0;
	char endpoint[64];
	size_t length = sizeof(endpoint);
	void *context = my_zmq_ctx_new(), *handler = my_zmq_socket(context, ZMQ_REP),
	     *server = my_zmq_socket(context, ZMQ_REP), *client = my_zmq_socket(context, ZMQ_REQ);

	if (my_zmq_bind(handler, "inproc://zeromq.zap.01"))
		return 1;
	my_zmq_setsockopt(server, ZMQ_GSSAPI_SERVER, &one, sizeof(one));
	if (my_zmq_bind(server, "tcp://127.0.0.1:*") ||
	    my_zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, endpoint, &length))
		return 2;
	my_zmq_setsockopt(client, ZMQ_LINGER, &none, sizeof(none));
	my_zmq_setsockopt(client, ZMQ_GSSAPI_SERVICE_PRINCIPAL, "zmq@localhost", 13);
	if (my_zmq_connect(client, endpoint))
		return 3;
	if (my_zmq_recv(handler, NULL, 0, 0) < 0)
		return 4;
	my_zmq_close(handler);
	my_zmq_close(server);
	my_zmq_close(client);
	return my_zmq_ctx_term(context) ? 5 : 0;
}

int main(int argc, char **argv)
{
	for (int left = argc > 1 ? atoi(argv[1]) : 0; left; left--) {
		void *object = dlopen(library, RTLD_NOW | RTLD_LOCAL);
		int failed = object ? once(object) : -1;

		if (failed || dlclose(object)) {
			printf("failed: %d\n", failed);
			return 1;
		}
		puts(dlopen(library, RTLD_NOW | RTLD_NOLOAD) ? "still there" : "unloaded");
	}
	return 0;
}
