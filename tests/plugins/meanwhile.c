/* SPDX-License-Identifier: MIT */
/*
 * Preloaded beside gsstap: each time a thread sets a socket's ZMQ_SNDBUF, another one of this process binds a
 * socket that takes larger messages than all before, and keeps it, before it goes on.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <zmq.h>

static __thread bool is_other;

static void *other(void *unused)
{
	static int64_t largest = 777777;
	void *socket;

	is_other = true;
	largest++;
	socket = zmq_socket(zmq_ctx_new(), ZMQ_PULL);
	zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof(largest));
	zmq_bind(socket, "tcp://127.0.0.1:*");
	return unused;
}

int zmq_setsockopt(void *socket, int option, const void *value, size_t length)
{
	__typeof__(&zmq_setsockopt) next = (__typeof__(next))dlsym(RTLD_NEXT, "zmq_setsockopt");
	int result = next(socket, option, value, length);
	pthread_t thread;

	if (option == ZMQ_SNDBUF && !is_other && !pthread_create(&thread, NULL, other, NULL))
		pthread_join(thread, NULL);
	return result;
}
