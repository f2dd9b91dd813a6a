/* SPDX-License-Identifier: MIT */
/*
 * Forks from one thread while three others are inside gss calls, forty times; each child makes calls of its
 * own. A lock or a half-made record taken over from the parent would stop a child: it gets 20 s, by alarm(),
 * to finish.
 */
#include "gss.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 40

static atomic_int done, talking;

static void *talk(void *unused)
{
	struct pair p = shake_hands(&oid_krb5);

	atomic_fetch_add(&talking, 1);
	while (!atomic_load(&done))
		send_message(&p, "while others fork");
	hang_up(&p);
	return unused;
}

/* A child may use what fork leaves it: a context of its own, made before any thread started. */
static int child(struct pair *p)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid) {
		alarm(20);
		for (int i = 0; i < 5; i++)
			send_message(p, "from a child");
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

int main(void)
{
	struct pair p = shake_hands(&oid_krb5);
	pthread_t threads[3];
	int good = 0;

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, talk, NULL);
	while (atomic_load(&talking) < 3)
		send_message(&p, "until all talk");
	for (int i = 0; i < CHILDREN; i++)
		good += !child(&p);
	atomic_store(&done, 1);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("%d of %d children\n", good, CHILDREN);
	return 0;
}
