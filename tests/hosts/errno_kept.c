/* SPDX-License-Identifier: MIT */
/*
 * Sets errno before each call and prints it after: whatever the real function leaves is what the program must
 * find. The first call of a thread, calls that fail, and calls that succeed are all tried.
 */
#include "gss.h"
#include <errno.h>
#include <pthread.h>
#include <zmq.h>

#define SEEN(call)                                                                                           \
	do {                                                                                                 \
		long result_of;                                                                              \
                                                                                                             \
		errno = 4242;                                                                                \
		result_of = (long)(call);                                                                    \
		printf("%s: %ld errno %d\n", #call, result_of, errno);                                       \
	} while (0)

static void *names(void *unused)
{
	gss_buffer_desc text = {14, (void *)"host@localhost"}, out = GSS_C_EMPTY_BUFFER;
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor;
	gss_OID_set mechs;

	SEEN(gss_import_name(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, &name));
	SEEN(gss_display_name(&minor, name, &out, NULL));
	SEEN(gss_release_buffer(&minor, &out));
	SEEN(gss_release_name(&minor, &name));
	SEEN(gss_display_name(&minor, GSS_C_NO_NAME, &out, NULL));
	/* Not gss_indicate_mechs: the library looks for its configuration again when a second has passed. */
	SEEN(gss_create_empty_oid_set(&minor, &mechs));
	SEEN(gss_release_oid_set(&minor, &mechs));
	return unused;
}

static void contexts(void)
{
	gss_buffer_desc plain = {5, (void *)"hello"}, token, out;
	struct pair p = shake_hands(&oid_krb5);
	OM_uint32 minor;

	SEEN(gss_wrap(&minor, p.initiator, 1, 0, &plain, NULL, &token));
	SEEN(gss_unwrap(&minor, p.acceptor, &token, &out, NULL, NULL));
	SEEN(gss_unwrap(&minor, p.acceptor, &plain, &out, NULL, NULL));
	SEEN(gss_delete_sec_context(&minor, &p.initiator, NULL));
	SEEN(gss_wrap(&minor, GSS_C_NO_CONTEXT, 1, 0, &plain, NULL, &token));
}

static void sockets(void)
{
	void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PULL);
	int linger = 0;
	size_t size = sizeof(linger);

	SEEN(zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger)));
	SEEN(zmq_getsockopt(socket, ZMQ_LINGER, &linger, &size));
	SEEN(zmq_setsockopt(socket, ZMQ_LINGER, &linger, 1));
	SEEN(zmq_setsockopt(socket, 9999, &linger, sizeof(linger)));
	SEEN(zmq_bind(socket, "inproc://errno"));
	SEEN(zmq_bind(socket, "inproc://errno"));
	SEEN(zmq_bind(socket, "nonsense"));
	SEEN(zmq_connect(socket, "tcp://127.0.0.1:9"));
	SEEN(zmq_unbind(socket, "inproc://other"));
	SEEN(zmq_setsockopt(NULL, ZMQ_LINGER, &linger, sizeof(linger)));
	SEEN(zmq_socket(context, 99) == NULL);
	SEEN(zmq_close(socket));
	SEEN(zmq_ctx_term(context));
	SEEN(zmq_ctx_term(NULL));
}

int main(void)
{
	pthread_t id;

	names(NULL);
	pthread_create(&id, NULL, names, NULL);
	pthread_join(id, NULL);
	contexts();
	sockets();
	return 0;
}
