/* SPDX-License-Identifier: MIT */
/*
 * Forty children, in each of which eight threads make the first call of the process at the same time.
 */
#include "gss.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 40
#define THREADS 8

static pthread_barrier_t at_once;

/* Takes no lock of the library's. */
static void *thread(void *unused)
{
	gss_OID_set set = GSS_C_NO_OID_SET;
	OM_uint32 minor;

	pthread_barrier_wait(&at_once);
	gss_create_empty_oid_set(&minor, &set);
	gss_release_oid_set(&minor, &set);
	return unused;
}

static void child(void)
{
	pthread_t threads[THREADS];

	alarm(60);
	pthread_barrier_init(&at_once, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, thread, NULL))
			_exit(1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

int main(void)
{
	int good = 0;

	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();
		int status = 1;

		if (!pid)
			child();
		if (pid > 0 && waitpid(pid, &status, 0) == pid && !status)
			good++;
	}
	printf("%d of %d children\n", good, CHILDREN);
	return 0;
}
