/* SPDX-License-Identifier: MIT */
/*
 * A program that refers to a few gss_ and zmq_ functions, as calls, as an address in data and as a variable.
 * It is built in several ways by inspect.bats; run, it prints whether AT_SECURE is set.
 */
#include <gssapi/gssapi.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <zmq.h>

OM_uint32 (*release)(OM_uint32 *, gss_buffer_t) = gss_release_buffer;

int main(int argc, char **argv)
{
	gss_buffer_desc name = GSS_C_EMPTY_BUFFER;
	gss_name_t imported = GSS_C_NO_NAME;
	OM_uint32 minor;

	if (argc > 5) {
		void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PAIR);

		zmq_bind(socket, argv[1]);
		zmq_errno();
		gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, &imported);
		release(&minor, &name);
	}
	return printf("AT_SECURE %lu\n", getauxval(AT_SECURE)) < 0;
}
