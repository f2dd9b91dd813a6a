/* SPDX-License-Identifier: MIT */
/*
 * A signal handler whose calls fail in ways for which the library takes no memory: is any taken within it?
 * Before any other call, with a context that is being made, and within the malloc of another call, where the
 * heap is in pieces.
 */
#include "gss.h"
#include <signal.h>
#include <stddef.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static volatile sig_atomic_t handling, taken, wanted, within;
static gss_ctx_id_t incomplete = GSS_C_NO_CONTEXT;

void *malloc(size_t size)
{
	taken += handling;
	if (wanted) {
		wanted = 0;
		within = 1;
		raise(SIGUSR1);
	}
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	taken += handling;
	return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	taken += handling;
	return __libc_realloc(block, size);
}

void free(void *block)
{
	taken += handling && block;
	__libc_free(block);
}

static void handler(int signal)
{
	gss_buffer_desc text;
	OM_uint32 minor, left, more = 0;

	(void)signal;
	handling = 1;
	gss_context_time(&minor, GSS_C_NO_CONTEXT, &left);
	if (within) /* a status that only the library knows */
		gss_display_status(&minor, 5, 7, GSS_C_NO_OID, &more, &text);
	if (incomplete) {
		gss_context_time(&minor, incomplete, &left);
		gss_wrap_size_limit(&minor, incomplete, 1, GSS_C_QOP_DEFAULT, 100, &left);
	}
	handling = 0;
}

int main(void)
{
	gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor, left;
	gss_name_t target;

	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	printf("before any other: %d\n", (int)taken);
	target = import(SERVICE);
	gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &incomplete, target, &oid_krb5, GSS_C_MUTUAL_FLAG,
			     0, GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL, &token, NULL, NULL);
	need(incomplete != GSS_C_NO_CONTEXT, "a context");
	gss_context_time(&minor, incomplete, &left); /* when it meets a status first, the library notes it */
	raise(SIGUSR1);
	printf("with a context: %d\n", (int)taken);
	gss_release_name(&minor, &target);
	wanted = 1;
	target = import(SERVICE);
	printf("within malloc: %s, %d\n", within ? "yes" : "no", (int)taken);
	gss_release_name(&minor, &target);
	gss_release_buffer(&minor, &token);
	gss_delete_sec_context(&minor, &incomplete, GSS_C_NO_BUFFER);
	return 0;
}
