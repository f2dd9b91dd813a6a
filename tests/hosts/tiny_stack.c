/* SPDX-License-Identifier: MIT */
/*
 * tiny_stack [BYTES [MESSAGES [TAKEN]]]: messages from a thread with that small a stack, its first calls
 * among them, and failing calls whose status text is asked for. So many bytes of it are taken before.
 */
#include "gss.h"
#include <alloca.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <zmq.h>

static struct pair p;
static void *socket_in_use;
static int messages = 100;
static size_t taken;

static void *thread(void *unused)
{
	gss_buffer_desc junk = {4, (void *)"junk"}, out = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;
	int linger = 0;
	char *volatile before = alloca(taken + 1);

	*before = 0;
	for (int i = 0; i < messages; i++)
		send_message(&p, "from a tiny stack");
	printf("junk %08x\n", gss_unwrap(&minor, p.acceptor, &junk, &out, NULL, NULL));
	printf("setsockopt %d\n", zmq_setsockopt(socket_in_use, ZMQ_LINGER, &linger, sizeof(linger)));
	printf("bad setsockopt %d\n", zmq_setsockopt(socket_in_use, ZMQ_LINGER, &linger, 1));
	return unused;
}

int main(int argc, char **argv)
{
	void *context = zmq_ctx_new();
	pthread_attr_t attr;
	pthread_t id;
	int error;

	if (argc > 2)
		messages = atoi(argv[2]);
	if (argc > 3)
		taken = (size_t)atoi(argv[3]);
	socket_in_use = zmq_socket(context, ZMQ_PULL);
	p = shake_hands(&oid_krb5);
	pthread_attr_init(&attr);
	error = pthread_attr_setstacksize(&attr, argc > 1 && *argv[1] ? (size_t)atoi(argv[1])
								      : (size_t)PTHREAD_STACK_MIN);
	if (!error)
		error = pthread_create(&id, &attr, thread, NULL);
	if (!error)
		pthread_join(id, NULL);
	printf("thread: %s\n", strerror(error));
	zmq_close(socket_in_use);
	zmq_ctx_term(context);
	hang_up(&p);
	return 0;
}
