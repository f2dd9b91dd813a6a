/* SPDX-License-Identifier: MIT */
/*
 * killed MESSAGES THREADS: that many messages from each thread, then SIGKILL for all, while every thread but
 * the one that kills goes on. Prints how many messages were finished just before: a trace may hold more,
 * never fewer.
 */
#include "gss.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_uint finished, ready;
static unsigned wanted;

static void *talk(void *unused)
{
	struct pair p = shake_hands(&oid_krb5);

	for (unsigned i = 0;; i++) {
		if (i == wanted)
			atomic_fetch_add(&ready, 1);
		send_message(&p, "to the end");
		atomic_fetch_add(&finished, 1);
	}
	return unused;
}

int main(int argc, char **argv)
{
	unsigned threads = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	struct pair p = shake_hands(&oid_krb5);
	pthread_t id;

	wanted = argc > 1 ? (unsigned)atoi(argv[1]) : 100;
	for (unsigned i = 0; i < threads; i++)
		pthread_create(&id, NULL, talk, NULL);
	for (unsigned i = 0; i < wanted || atomic_load(&ready) < threads; i++) {
		send_message(&p, "to the end");
		atomic_fetch_add(&finished, 1);
	}
	dprintf(1, "%u\n", atomic_load(&finished));
	kill(getpid(), SIGKILL);
	return 0;
}
