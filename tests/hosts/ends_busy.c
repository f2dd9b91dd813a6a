/* SPDX-License-Identifier: MIT */
/*
 * ends_busy MESSAGES HOW [FILE]: that many messages one after the other, then ends by _exit, _Exit,
 * quick_exit, syscall, exec, or _exit of a child that has sent as many, too. Or, with failed, executes FILE,
 * which is no program; sends as many again and is killed.
 */
#include "gss.h"
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct pair p;

static void talk(int messages)
{
	while (messages--)
		send_message(&p, "in a hurry");
}

int main(int argc, char **argv)
{
	int messages = argc > 1 ? atoi(argv[1]) : 0;
	const char *how = argc > 2 ? argv[2] : "_exit";

	p = shake_hands(&oid_krb5);
	talk(messages);
	if (!strcmp(how, "_exit"))
		_exit(0);
	if (!strcmp(how, "_Exit"))
		_Exit(0);
	if (!strcmp(how, "quick_exit"))
		quick_exit(0);
	if (!strcmp(how, "syscall"))
		syscall(SYS_exit_group, 0);
	if (!strcmp(how, "exec"))
		execl("/bin/true", "true", (char *)NULL);
	if (!strcmp(how, "child")) {
		if (!fork()) {
			talk(messages);
			_exit(0);
		}
		wait(NULL);
		return 0;
	}
	for (int i = 0; i < 3; i++) {
		execve(argv[3], argv, NULL);
		talk(messages);
	}
	kill(getpid(), SIGKILL);
	return 1;
}
