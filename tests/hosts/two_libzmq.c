/* SPDX-License-Identifier: MIT */
/*
 * two_libzmq PATH_A PATH_B: two libzmq in one process, used in turn, step by step, so that whatever remembers
 * "the" libzmq gets one of them wrong. PATH_x is a plugin of two_a.c's kind or such a libzmq itself, looked
 * up with dlsym.
 */
#include "two_libzmq.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

struct user {
	struct libzmq zmq;
	void *context, *pull, *push;
};

static void *find(void *object, const char *name)
{
	void *found = dlsym(object, name);

	if (!found) {
		puts(dlerror());
		exit(1);
	}
	return found;
}

static struct libzmq load(const char *path)
{
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct libzmq *functions;

	if (!object) {
		puts(dlerror());
		exit(1);
	}
	functions = dlsym(object, "functions");
	if (functions)
		return *functions;
	return (struct libzmq){
		find(object, "zmq_ctx_new"),	find(object, "zmq_ctx_term"),	find(object, "zmq_socket"),
		find(object, "zmq_setsockopt"), find(object, "zmq_getsockopt"), find(object, "zmq_bind"),
		find(object, "zmq_connect"),	find(object, "zmq_close"),
	};
}

static void try(struct user *u, const char *who, const char *endpoint)
{
	int bound, connected = -1;

	errno = 0;
	bound = u->zmq.bind(u->pull, endpoint);
	printf("%s binds %s: %s\n", who, endpoint, bound ? strerror(errno) : "yes");
	if (!bound)
		connected = u->zmq.connect(u->push, endpoint);
	if (!bound && connected)
		printf("%s connects %s: %s\n", who, endpoint, strerror(errno));
}

static void options(struct user *u, const char *who, int linger)
{
	char last[64] = "";
	size_t size = sizeof(last);
	int got = -1;

	u->zmq.setsockopt(u->push, ZMQ_LINGER, &linger, sizeof(linger));
	u->zmq.getsockopt(u->pull, ZMQ_LAST_ENDPOINT, last, &size);
	size = sizeof(got);
	u->zmq.getsockopt(u->push, ZMQ_LINGER, &got, &size);
	printf("%s at %s, linger %d\n", who, last, got);
}

int main(int argc, char **argv)
{
	static const char *const who[] = {"A", "B"};
	struct user users[2] = {0};

	if (argc != 3)
		return 2;
	for (int i = 0; i < 2; i++)
		users[i].zmq = load(argv[i + 1]);
	for (int i = 0; i < 2; i++)
		users[i].context = users[i].zmq.ctx_new();
	for (int i = 0; i < 2; i++)
		users[i].pull = users[i].zmq.socket(users[i].context, ZMQ_PULL);
	for (int i = 0; i < 2; i++)
		users[i].push = users[i].zmq.socket(users[i].context, ZMQ_PUSH);
	for (int i = 0; i < 2; i++)
		try(&users[i], who[i], "inproc://one");
	for (int i = 1; i >= 0; i--)
		try(&users[i], who[i], "inprok://two");
	for (int i = 0; i < 2; i++)
		options(&users[i], who[i], i);
	for (int i = 1; i >= 0; i--)
		printf("%s closed %d %d\n", who[i], users[i].zmq.close(users[i].push),
		       users[i].zmq.close(users[i].pull));
	for (int i = 0; i < 2; i++)
		printf("%s term %d\n", who[i], users[i].zmq.ctx_term(users[i].context));
	return 0;
}
