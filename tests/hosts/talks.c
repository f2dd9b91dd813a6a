/* SPDX-License-Identifier: MIT */
/*
 * talks [THREADS]: sends messages in each thread until its input ends, then prints how many were sent.
 */
#include "gss.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_bool over;
static atomic_uint sent;

static void *talk(void *unused)
{
	struct pair p = shake_hands(&oid_krb5);

	while (!atomic_load(&over)) {
		send_message(&p, "and so on");
		atomic_fetch_add(&sent, 1);
	}
	hang_up(&p);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t ids[16];
	int threads = argc > 1 ? atoi(argv[1]) : 1;
	char c;

	for (int i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, talk, NULL);
	while (!atomic_load(&sent))
		usleep(1000); /* polls */
	dprintf(1, "talking\n");
	while (read(0, &c, 1) > 0)
		;
	atomic_store(&over, 1);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	dprintf(1, "sent %u\n", atomic_load(&sent));
	return 0;
}
