/* SPDX-License-Identifier: MIT */
/*
 * Preloaded beside gsstap: a socket's ZMQ_FD, which gsstap asks for once zmq_connect has connected, is told
 * only when a file "goes-on" is there, as to a thread that has to wait for a processor. libzmq's own threads
 * go on meanwhile.
 */
#include <dlfcn.h>
#include <poll.h>
#include <unistd.h>
#include <zmq.h>

#define TRIES 30000 /* of 10 ms */

int zmq_getsockopt(void *socket, int option, void *value, size_t *length)
{
	__typeof__(&zmq_getsockopt) next = (__typeof__(next))dlsym(RTLD_NEXT, "zmq_getsockopt");

	for (int i = 0; option == ZMQ_FD && i < TRIES && access("goes-on", F_OK) != 0; i++)
		poll(NULL, 0, 10);
	return next(socket, option, value, length);
}
