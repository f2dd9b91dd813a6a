/* SPDX-License-Identifier: MIT */
/*
 * The user of the first of two libzmq: linked to it alone (flags.mk), its calls are its own, so their return
 * address lies here. two_b.c is the same source linked to the second.
 */
#include "../hosts/two_libzmq.h"
#include <zmq.h>

static void *ctx_new(void)
{
	void *context = zmq_ctx_new();

	return context;
}

static int ctx_term(void *context)
{
	int result = zmq_ctx_term(context);

	return result;
}

static void *make_socket(void *context, int type)
{
	void *made = zmq_socket(context, type);

	return made;
}

static int set(void *socket, int option, const void *value, size_t size)
{
	int result = zmq_setsockopt(socket, option, value, size);

	return result;
}

static int get(void *socket, int option, void *value, size_t *size)
{
	int result = zmq_getsockopt(socket, option, value, size);

	return result;
}

static int bind_to(void *socket, const char *endpoint)
{
	int result = zmq_bind(socket, endpoint);

	return result;
}

static int connect_to(void *socket, const char *endpoint)
{
	int result = zmq_connect(socket, endpoint);

	return result;
}

static int close_it(void *socket)
{
	int result = zmq_close(socket);

	return result;
}

/* Found by dlsym. */
const struct libzmq functions = {ctx_new, ctx_term, make_socket, set, get, bind_to, connect_to, close_it};
