/* SPDX-License-Identifier: MIT */
/*
 * Calls gss functions in a destructor of thread-specific data, in its last round, when the data of everybody
 * else may be gone: the destructor puts its value back until PTHREAD_DESTRUCTOR_ITERATIONS is reached. One
 * thread has made calls before, one makes its very first there.
 */
#include "gss.h"
#include <limits.h>
#include <pthread.h>
#include <stdint.h>

static pthread_key_t key;
static struct pair p;
static int rounds;

static void leaving(void *value)
{
	uintptr_t left = (uintptr_t)value;

	send_message(&p, "from a thread that ends");
	rounds++;
	if (left > 1)
		pthread_setspecific(key, (void *)(left - 1));
}

static void *thread(void *talks)
{
	pthread_setspecific(key, (void *)(uintptr_t)PTHREAD_DESTRUCTOR_ITERATIONS);
	if (talks)
		send_message(&p, "from a thread");
	return NULL;
}

int main(void)
{
	pthread_t id;

	pthread_key_create(&key, leaving);
	p = shake_hands(&oid_krb5);
	for (int i = 0; i < 10; i++) {
		pthread_create(&id, NULL, thread, i % 2 ? &p : NULL);
		pthread_join(id, NULL);
	}
	printf("%d rounds\n", rounds);
	hang_up(&p);
	return 0;
}
