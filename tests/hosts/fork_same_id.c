/* SPDX-License-Identifier: MIT */
/* A process with the id 1 converses, and then its child, which is 1 as well in a namespace of its own. */
#include "gss.h"
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

static void in_first_of_namespace(void (*what)(void))
{
	int status;
	pid_t child;

	need(!unshare(CLONE_NEWPID) || !unshare(CLONE_NEWUSER | CLONE_NEWPID), "a namespace");
	fflush(stdout);
	child = fork();
	if (!child) {
		need(getpid() == 1, "the id 1");
		what();
		exit(0);
	}
	need(waitpid(child, &status, 0) == child && !status, "the child's end");
}

static void last(void)
{
	converse(&oid_krb5, 1);
}

static void first(void)
{
	converse(&oid_krb5, 1);
	in_first_of_namespace(last);
}

int main(void)
{
	in_first_of_namespace(first);
	return 0;
}
