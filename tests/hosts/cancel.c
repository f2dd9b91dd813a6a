/* SPDX-License-Identifier: MIT */
/*
 * Threads cancelled while they are inside gss_init_sec_context, waiting for a KDC; then other threads, and
 * this one, go on making calls.
 */
#include "gss.h"
#include "silent_kdc.h"
#include <pthread.h>

static void *waits(void *unused)
{
	gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	OM_uint32 minor;

	gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &context, import(UNKNOWN_SERVICE), &oid_krb5, 0, 0,
			     GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL, &out, NULL, NULL);
	return unused;
}

static void *talks(void *unused)
{
	gss_name_t name = import("host@localhost");
	OM_uint32 minor;

	printf("name %08x\n", gss_release_name(&minor, &name));
	return unused;
}

int main(void)
{
	int kdc = silent_kdc();
	pthread_t id;
	void *result;

	for (int i = 0; i < 3; i++) {
		pthread_create(&id, NULL, waits, NULL);
		wait_for_request(kdc);
		pthread_cancel(id);
		pthread_join(id, &result);
		printf("%s\n", result == PTHREAD_CANCELED ? "cancelled" : "returned");
		pthread_create(&id, NULL, talks, NULL);
		pthread_join(id, NULL);
		talks(NULL);
	}
	return 0;
}
