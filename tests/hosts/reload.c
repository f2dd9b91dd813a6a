/* SPDX-License-Identifier: MIT */
/*
 * reload PATH_A PATH_B: the two libzmq of two_libzmq.h (or their plugins), never both at once: loaded, used,
 * unloaded, the other one next, twenty times, so that one comes to lie where the other lay. Whatever is
 * remembered by address is stale by then.
 */
#include "two_libzmq.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

static struct libzmq functions_of(void *object)
{
	const struct libzmq *functions = dlsym(object, "functions");

	if (functions)
		return *functions;
	return (struct libzmq){
		dlsym(object, "zmq_ctx_new"),	 dlsym(object, "zmq_ctx_term"),	  dlsym(object, "zmq_socket"),
		dlsym(object, "zmq_setsockopt"), dlsym(object, "zmq_getsockopt"), dlsym(object, "zmq_bind"),
		dlsym(object, "zmq_connect"),	 dlsym(object, "zmq_close"),
	};
}

static void once(const char *path, const char *who)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL), *context, *socket;
	struct libzmq zmq;

	if (!object) {
		puts(dlerror());
		exit(1);
	}
	zmq = functions_of(object);
	context = zmq.ctx_new();
	socket = zmq.socket(context, ZMQ_PULL);
	printf("%s inproc %d", who, zmq.bind(socket, "inproc://a"));
	printf(" inprok %d", zmq.bind(socket, "inprok://a"));
	printf(" close %d", zmq.close(socket));
	printf(" term %d", zmq.ctx_term(context));
	printf(" unload %d\n", dlclose(object));
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	for (int i = 0; i < 10; i++) {
		once(argv[1], "A");
		once(argv[2], "B");
	}
	return 0;
}
