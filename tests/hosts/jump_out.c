/* SPDX-License-Identifier: MIT */
/*
 * Leaves a hanging gss_init_sec_context by siglongjmp out of a signal handler, the old way to set a time
 * limit, three times; the calls that follow on the same thread are the program's own and not made by the
 * library.
 */
#include "gss.h"
#include "silent_kdc.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

static sigjmp_buf out_of_it;
static pthread_t main_thread;
static int kdc;

static void jump(int signal)
{
	siglongjmp(out_of_it, signal);
}

static void *interrupts(void *unused)
{
	wait_for_request(kdc);
	pthread_kill(main_thread, SIGUSR1);
	return unused;
}

static void hang(void)
{
	gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	pthread_t id;
	OM_uint32 minor;

	if (sigsetjmp(out_of_it, 1)) {
		puts("jumped out");
		return;
	}
	pthread_create(&id, NULL, interrupts, NULL);
	pthread_detach(id);
	gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &context, import(UNKNOWN_SERVICE), &oid_krb5, 0, 0,
			     GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL, &out, NULL, NULL);
	puts("returned");
}

int main(void)
{
	gss_buffer_desc nothing = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;

	kdc = silent_kdc();
	main_thread = pthread_self();
	signal(SIGUSR1, jump);
	for (int i = 0; i < 3; i++) {
		hang();
		printf("release %08x\n", gss_release_buffer(&minor, &nothing));
	}
	return 0;
}
