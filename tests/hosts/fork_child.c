/* SPDX-License-Identifier: MIT */
/*
 * Forks without exec in the middle of a conversation: child and grandchild go on with the inherited security
 * context and make one of their own, and so does the parent. Each waits for its child, so the output has one
 * order.
 */
#include "gss.h"
#include <sys/wait.h>
#include <unistd.h>

static void generation(struct pair *p, int left)
{
	int status = -1;
	pid_t child;

	send_message(p, "before the fork");
	fflush(stdout);
	child = left ? fork() : -1;
	if (child == 0) {
		generation(p, left - 1);
		exit(0);
	}
	if (child > 0)
		waitpid(child, &status, 0);
	send_message(p, "after the fork");
	converse(&oid_krb5, 1);
	printf("generation %d, child %d\n", left, status);
}

int main(void)
{
	struct pair p = shake_hands(&oid_krb5);

	generation(&p, 2);
	hang_up(&p);
	return 0;
}
