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

/*
 * A child may use what fork leaves it: a context made before any thread started, and calls that take no lock
 * of the library. gss_wrap takes the random generator's, which fork copies as it is: a child would hang bare
 * as well.
 */
static void child(struct pair *p)
{
	gss_buffer_desc text = {12, (void *)"from a child"}, mic = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;

	alarm(20);
	for (int i = 0; i < 5; i++) {
		major = gss_get_mic(&minor, p->initiator, GSS_C_QOP_DEFAULT, &text, &mic);
		if (major == GSS_S_COMPLETE)
			major = gss_verify_mic(&minor, p->acceptor, &text, &mic, NULL);
		gss_release_buffer(&minor, &mic);
		if (major != GSS_S_COMPLETE)
			_exit(1);
	}
	_exit(0);
}

static int fork_one(struct pair *p)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid)
		child(p);
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
		good += !fork_one(&p);
	atomic_store(&done, 1);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("%d of %d children\n", good, CHILDREN);
	return 0;
}
