/* SPDX-License-Identifier: MIT */
/*
 * Calls every interposed function with arguments that a careless program gives: all of them null; a minor
 * status and nothing else; for zmq_ functions, which check what they are given, zeroed memory for each. Each
 * call in a child of its own, so that one which crashes, bare as well, is told as that. A function that the
 * libraries do not have is left out.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = {
#define CALL(id, family, purpose, name) #name,
#include "trace/calls.def"
};

/* 14 arguments: gss_accept_sec_context has 11, gss_init_sec_context 13. */
static uint32_t call(void *function, void *first, void *rest)
{
	void *r = rest;

	return ((uint32_t(*)(void *, void *, void *, void *, void *, void *, void *, void *, void *, void *,
			     void *, void *, void *, void *))function)(first, r, r, r, r, r, r, r, r, r, r, r,
								       r, r);
}

/* Zeroed, where an argument that is an int finds 0 in it. Addresses further from the top may be a
 * sanitizer's. */
static void *memory(uintptr_t address)
{
	return mmap((void *)address, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		    -1, 0);
}

static void child(const char *name, void *function, int way)
{
	void *zeros = memory(0x7e8100000000), *minor = memory(0x7e8200000000);
	uint32_t result;

	alarm(5); /* zmq_ctx_term and its like may wait for ever: that is told as signal 14 */
	if (way == 0)
		result = call(function, NULL, NULL);
	else if (way == 1)
		result = call(function, minor, NULL);
	else
		result = call(function, minor, zeros);
	/* what zmq_ returns may be a pointer */
	printf("%s %d: %08x\n", name, way, strncmp(name, "zmq_", 4) ? result : result ? 1 : 0);
	fflush(stdout);
	_exit(0);
}

static void attempt(void *library, const char *name, int way)
{
	void *function = dlsym(library, name);
	int status = 0;
	pid_t pid;

	if (!function || (way == 2 && strncmp(name, "zmq_", 4)))
		return;
	fflush(stdout);
	pid = fork();
	if (!pid)
		child(name, function, way);
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		printf("%s %d: signal %d\n", name, way, WTERMSIG(status));
}

int main(void)
{
	void *gss = dlopen("libgssapi_krb5.so.2", RTLD_NOW), *zmq = dlopen("libzmq.so.5", RTLD_NOW);

	for (int way = 0; way < 3; way++)
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			attempt(strncmp(names[i], "zmq_", 4) ? gss : zmq, names[i], way);
	return 0;
}
