/* SPDX-License-Identifier: MIT */
/*
 * drops_root UID [DIRECTORY]: a handshake as root, then chroot to DIRECTORY if given, then everything but UID
 * given up; then calls, and a child that makes calls where no trace can be made any more.
 */
#include "gss.h"
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	uid_t uid = argc > 1 ? (uid_t)atoi(argv[1]) : 65534;
	struct pair p = shake_hands(&oid_krb5);
	int status = -1;
	pid_t child;

	if (argc > 2)
		need(!chroot(argv[2]) && !chdir("/"), "chroot");
	need(!setgroups(0, NULL) && !setgid(uid) && !setuid(uid), "drop root");
	for (int i = 0; i < 1000; i++)
		send_message(&p, "as nobody");
	fflush(stdout);
	child = fork();
	if (!child) {
		send_message(&p, "from a child of nobody");
		_exit(0);
	}
	waitpid(child, &status, 0);
	printf("uid %d, child %d\n", getuid(), status);
	hang_up(&p);
	return 0;
}
