/* SPDX-License-Identifier: MIT */
/*
 * two_stacks HOW: a coroutine makes a security context, and gives way while that waits for the KDC. call: the
 * main stack makes another call meanwhile; handshake: it makes another context, without a token; thread: its
 * thread ends, and another one goes on with the coroutine; alone: nothing.
 */
#include "gss.h"
#include <poll.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static ucontext_t other, coroutine;
static char stack[1 << 20];
static int within, waited, done;
static OM_uint32 major, flags;
static gss_buffer_desc token;

/* libkrb5's, which is bound to this one. */
int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct timespec time = {timeout / 1000, timeout % 1000 * 1000000L};

	if (within && !waited) {
		waited = 1;
		within = 0;
		swapcontext(&coroutine, &other);
		within = 1;
	}
	return (int)syscall(SYS_ppoll, fds, count, timeout < 0 ? NULL : &time, NULL, 8);
}

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size)
{
	(void)size;
	return poll(fds, count, timeout);
}

static gss_name_t service(const char *text)
{
	gss_buffer_desc name = {strlen(text), (void *)text};
	gss_name_t out = GSS_C_NO_NAME;
	OM_uint32 minor;

	gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, &out);
	return out;
}

static void makes_context(void)
{
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	OM_uint32 minor;

	major = gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &context, service(SERVICE), &oid_krb5,
				     GSS_C_DELEG_FLAG | GSS_C_MUTUAL_FLAG, 0, GSS_C_NO_CHANNEL_BINDINGS,
				     GSS_C_NO_BUFFER, NULL, &token, &flags, NULL);
	done = 1;
	within = 0;
	swapcontext(&coroutine, &other);
}

static void *goes_on(void *unused)
{
	within = 1;
	swapcontext(&other, &coroutine);
	return unused;
}

static void meanwhile(const char *how)
{
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	gss_buffer_desc nothing = {5, (void *)"wrong"}, out;
	OM_uint32 minor;

	if (!strcmp(how, "call"))
		service(SERVICE);
	if (!strcmp(how, "handshake"))
		gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &context, service("nobody@localhost"),
				     &oid_krb5, 0, 0, GSS_C_NO_CHANNEL_BINDINGS, &nothing, NULL, &out, NULL,
				     NULL);
}

static void *begins(void *how)
{
	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = stack;
	coroutine.uc_stack.ss_size = sizeof(stack);
	makecontext(&coroutine, makes_context, 0);
	goes_on(NULL);
	need(waited && !done, "gives way");
	if (strcmp(how, "thread") != 0) {
		meanwhile(how);
		goes_on(NULL);
	}
	return NULL;
}

int main(int count, char **words)
{
	pthread_t thread;

	need(count == 2, "how");
	if (!strcmp(words[1], "thread")) {
		need(!pthread_create(&thread, NULL, begins, words[1]) && !pthread_join(thread, NULL),
		     "a thread");
		need(!pthread_create(&thread, NULL, goes_on, NULL) && !pthread_join(thread, NULL),
		     "another one");
	} else
		begins(words[1]);
	printf("major %08x, %s, %s\n", major, flags & GSS_C_DELEG_FLAG ? "delegated" : "not delegated",
	       token.length ? "a token" : "no token");
	return 0;
}
