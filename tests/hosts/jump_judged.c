/* SPDX-License-Identifier: MIT */
/*
 * jump_judged: leaves a hanging gss_init_sec_context by siglongjmp, the old way to set a time limit, and asks
 * for delegation in the next one: from the same depth of the stack, and from further down. Prints the major
 * statuses.
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

static OM_uint32 init(OM_uint32 flags)
{
	gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	OM_uint32 minor;

	return gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &context, import(UNKNOWN_SERVICE), &oid_krb5,
				    flags, 0, GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL, &out, NULL,
				    NULL);
}

static void hang(void)
{
	pthread_t id;

	if (sigsetjmp(out_of_it, 1)) {
		puts("jumped out");
		return;
	}
	pthread_create(&id, NULL, interrupts, NULL);
	pthread_detach(id);
	init(0);
	puts("returned");
}

__attribute__((noinline)) static OM_uint32 further_down(size_t room)
{
	volatile char *stack = __builtin_alloca(room);

	stack[0] = stack[room - 1] = 0;
	return init(GSS_C_DELEG_FLAG) + (OM_uint32)stack[room - 1];
}

int main(void)
{
	kdc = silent_kdc();
	main_thread = pthread_self();
	signal(SIGUSR1, jump);
	hang();
	printf("same depth: %08x\n", init(GSS_C_DELEG_FLAG));
	hang();
	printf("further down: %08x\n", further_down(100000));
	return 0;
}
