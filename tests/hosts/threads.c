/* SPDX-License-Identifier: MIT */
/*
 * threads THREADS MESSAGES: that many threads at once, each with a handshake and messages of its own, in
 * waves of eight so that threads end while others begin.
 */
#include "gss.h"
#include <pthread.h>

static unsigned messages;

static void *talk(void *unused)
{
	converse(&oid_krb5, messages);
	return unused;
}

int main(int argc, char **argv)
{
	unsigned threads = argc > 1 ? (unsigned)atoi(argv[1]) : 8;
	pthread_t ids[8];

	messages = argc > 2 ? (unsigned)atoi(argv[2]) : 10;
	for (unsigned i = 0; i < threads; i++) {
		if (i >= 8)
			pthread_join(ids[i % 8], NULL);
		pthread_create(&ids[i % 8], NULL, talk, NULL);
	}
	for (unsigned i = 0; i < (threads < 8 ? threads : 8); i++)
		pthread_join(ids[i], NULL);
	printf("%u threads, %u messages each\n", threads, messages);
	return 0;
}
