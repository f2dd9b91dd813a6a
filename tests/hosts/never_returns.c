/* SPDX-License-Identifier: MIT */
/*
 * never_returns HOW [MECH]: a call that makes a security context hangs, and does not return. retry: the
 * program jumps out of it, makes another context and ends; end: it ends; later: what it jumps out of is the
 * second call of the same context; thread: a thread jumps out of it and ends; cancel: a thread is cancelled
 * within it; exit: the process ends within it; aside: as end, and before that a signal handler with a stack
 * of its own, above, makes a call that fails.
 */
#include "gss.h"
#include "silent_kdc.h"
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>

static sigjmp_buf out_of_it;
static pthread_t caller;
static volatile pid_t caller_id;
static volatile sig_atomic_t called;
static gss_OID mech = &oid_krb5;
static int kdc;

static void jump(int signal)
{
	siglongjmp(out_of_it, signal);
}

static void leave(int signal)
{
	(void)signal;
	_exit(0);
}

static void call_aside(int signal)
{
	gss_ctx_id_t none = GSS_C_NO_CONTEXT;
	OM_uint32 minor;

	(void)signal;
	gss_delete_sec_context(&minor, &none, GSS_C_NO_BUFFER);
	called = 1;
}

static void *interrupts(void *unused)
{
	wait_for_request(kdc);
	pthread_kill(caller, SIGUSR1);
	return unused;
}

static void *interrupts_twice(void *unused)
{
	wait_for_request(kdc);
	pthread_kill(caller, SIGUSR2);
	while (!called)
		sched_yield();
	pthread_kill(caller, SIGUSR1);
	return unused;
}

static void *cancels(void *unused)
{
	wait_for_request(kdc);
	pthread_cancel(caller);
	return unused;
}

static char state_of(pid_t id)
{
	char path[64], state = 0;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", id);
	stat = fopen(path, "r");
	if (!stat || fscanf(stat, "%*d %*s %c", &state) != 1)
		exit(3);
	fclose(stat);
	return state;
}

static void *interrupts_sleeper(void *unused)
{
	while (!caller_id || state_of(caller_id) != 'S')
		sched_yield();
	pthread_kill(caller, SIGUSR1);
	return unused;
}

static void beside(void *(*what)(void *))
{
	pthread_t id;

	caller = pthread_self();
	need(!pthread_create(&id, NULL, what, NULL), "a thread");
	pthread_detach(id);
}

static OM_uint32 init(gss_ctx_id_t *context, const char *service, gss_buffer_t in, gss_buffer_t out)
{
	OM_uint32 minor;

	return gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, context, import(service), mech,
				    GSS_C_MUTUAL_FLAG, 0, GSS_C_NO_CHANNEL_BINDINGS, in, NULL, out, NULL,
				    NULL);
}

static OM_uint32 hang(void)
{
	gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;

	return init(&context, UNKNOWN_SERVICE, GSS_C_NO_BUFFER, &out);
}

static void jump_out(void *(*by)(void *))
{
	if (sigsetjmp(out_of_it, 1)) {
		puts("jumped out");
		return;
	}
	beside(by);
	hang();
	puts("returned");
}

static void *in_thread(void *how)
{
	if (!strcmp(how, "thread")) {
		jump_out(interrupts);
	} else {
		beside(cancels);
		hang();
		puts("returned");
	}
	return NULL;
}

/* libkrb5's own trace goes to this pipe, which nobody reads. */
static void later(int pipe)
{
	gss_buffer_desc there = GSS_C_EMPTY_BUFFER, back = GSS_C_EMPTY_BUFFER, none = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t initiator = GSS_C_NO_CONTEXT, acceptor = GSS_C_NO_CONTEXT;
	OM_uint32 minor;

	need(init(&initiator, SERVICE, GSS_C_NO_BUFFER, &there) == GSS_S_CONTINUE_NEEDED, "a token");
	check(gss_accept_sec_context(&minor, &acceptor, GSS_C_NO_CREDENTIAL, &there,
				     GSS_C_NO_CHANNEL_BINDINGS, NULL, NULL, &back, NULL, NULL, NULL),
	      minor, "gss_accept_sec_context");
	while (write(pipe, "", 1) == 1)
		;
	if (sigsetjmp(out_of_it, 1)) {
		puts("jumped out");
		return;
	}
	beside(interrupts_sleeper);
	caller_id = (pid_t)syscall(SYS_gettid);
	init(&initiator, SERVICE, &back, &none);
	puts("returned");
}

static void aside(void)
{
	char above[65536];
	stack_t stack = {.ss_sp = above, .ss_size = sizeof(above)};

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR2, &(struct sigaction){.sa_handler = call_aside, .sa_flags = SA_ONSTACK}, NULL);
	jump_out(interrupts_twice);
	sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "end";
	int pipe = getenv("KRB5_TRACE") ? open(getenv("KRB5_TRACE"), O_RDWR | O_NONBLOCK) : -1;
	pthread_t id;

	signal(SIGUSR1, strcmp(how, "exit") ? jump : leave);
	if (argc > 2 && !strcmp(argv[2], "spnego"))
		mech = &oid_spnego;
	kdc = silent_kdc();
	if (!strcmp(how, "thread") || !strcmp(how, "cancel")) {
		pthread_create(&id, NULL, in_thread, argv[1]);
		pthread_join(id, NULL);
	} else if (!strcmp(how, "later")) {
		later(pipe);
	} else if (!strcmp(how, "aside")) {
		aside();
	} else {
		jump_out(interrupts);
	}
	if (!strcmp(how, "retry"))
		converse(&oid_krb5, 1);
	return 0;
}
