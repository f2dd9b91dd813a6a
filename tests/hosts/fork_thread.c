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
 * A child may use what fork leaves it: calls that take no lock of the library, since another thread may have
 * held it. gss_wrap takes the random generator's, and even gss_get_mic hangs in one bare child of a hundred.
 */
static void child(void)
{
	gss_OID_set set = GSS_C_NO_OID_SET;
	OM_uint32 major, minor;
	int present;

	alarm(20);
	for (int i = 0; i < 5; i++) {
		major = gss_create_empty_oid_set(&minor, &set);
		if (major == GSS_S_COMPLETE)
			major = gss_add_oid_set_member(&minor, &oid_krb5, &set);
		if (major == GSS_S_COMPLETE)
			major = gss_test_oid_set_member(&minor, &oid_krb5, set, &present);
		gss_release_oid_set(&minor, &set);
		if (major != GSS_S_COMPLETE || !present)
			_exit(1);
	}
	_exit(0);
}

static int fork_one(void)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid)
		child();
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
		good += !fork_one();
	atomic_store(&done, 1);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("%d of %d children\n", good, CHILDREN);
	return 0;
}
