/* SPDX-License-Identifier: MIT */
/*
 * A plugin whose calls of libzmq and libgssapi do not come from itself: libc calls them through a pointer
 * (tdestroy), or it tail-calls them, so that the return address lies in libc or in the program, which know
 * neither library.
 */
#include <gssapi/gssapi.h>
#include <search.h>
#include <stdio.h>
#include <zmq.h>

void run(void);
int close_by_tail_call(void *socket);
void *context_by_tail_call(void);
OM_uint32 import_by_tail_call(OM_uint32 *minor, gss_buffer_t text, gss_OID type, gss_name_t *name);

__attribute__((noinline)) void *context_by_tail_call(void)
{
	return zmq_ctx_new();
}

__attribute__((noinline)) int close_by_tail_call(void *socket)
{
	return zmq_close(socket);
}

__attribute__((noinline)) OM_uint32 import_by_tail_call(OM_uint32 *minor, gss_buffer_t text, gss_OID type,
							gss_name_t *name)
{
	return gss_import_name(minor, text, type, name);
}

static int any_order(const void *one, const void *other)
{
	return one < other ? -1 : one > other;
}

/* libc's tdestroy calls zmq_close itself. */
static void close_by_libc(void *socket)
{
	void *root = NULL;

	tsearch(socket, &root, any_order);
	tdestroy(root, (void (*)(void *))(void *)zmq_close);
}

void run(void)
{
	gss_buffer_desc text = {14, (void *)"host@localhost"};
	void *context = context_by_tail_call();
	void *socket = zmq_socket(context, ZMQ_PULL);
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor;
	int left = -1;

	close_by_libc(socket);
	left = zmq_ctx_term(context); /* would wait for ever for a socket that is still open */
	printf("term %d\n", left);
	printf("import %08x\n", import_by_tail_call(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, &name));
	printf("release %08x\n", gss_release_name(&minor, &name));
}
