/* SPDX-License-Identifier: MIT */
/*
 * Threads, one after the other, each with a handshake that fails. Prints whether memory is left of them: of
 * as many as there were already.
 */
#include <gssapi/gssapi.h>
#include <pthread.h>
#include <stdio.h>

#define THREADS 1000
#define SPARE_KB 1024 /* a page of each would be four times as much */

static void *shake(void *unused)
{
	gss_buffer_desc in = {30, "`not a token, thirty bytes long"}, out = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	OM_uint32 minor;

	gss_accept_sec_context(&minor, &context, GSS_C_NO_CREDENTIAL, &in, GSS_C_NO_CHANNEL_BINDINGS, NULL,
			       NULL, &out, NULL, NULL, NULL);
	gss_release_buffer(&minor, &out);
	return unused;
}

/* kB in memory that are no file's. */
static long own_memory(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kb = -1;

	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "RssAnon: %ld kB", &kb);
	if (file)
		fclose(file);
	return kb;
}

static long after_threads(void)
{
	pthread_t id;

	for (int i = 0; i < THREADS; i++) {
		pthread_create(&id, NULL, shake, NULL);
		pthread_join(id, NULL);
	}
	return own_memory();
}

int main(void)
{
	long before = after_threads(), left = after_threads() - before;

	if (left < SPARE_KB)
		puts("nothing left");
	else
		printf("%ld kB left\n", left);
	return 0;
}
