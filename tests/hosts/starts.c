/* SPDX-License-Identifier: MIT */
/*
 * starts vfork|spawn|system|popen|execvpe PROGRAM: makes calls, starts PROGRAM that way, waits for it, makes
 * calls again. PROGRAM gets the environment as it is.
 */
#include "gss.h"
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int by_vfork(const char *program)
{
	int status = -1;
	pid_t pid = vfork();

	if (!pid) {
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static int by_spawn(const char *program)
{
	char *const argv[] = {(char *)program, NULL};
	int status = -1;
	pid_t pid;

	if (!posix_spawn(&pid, program, NULL, NULL, argv, environ))
		waitpid(pid, &status, 0);
	return status;
}

static int by_popen(const char *program)
{
	FILE *pipe = popen(program, "r");
	char line[256];

	while (pipe && fgets(line, sizeof(line), pipe))
		printf("| %s", line);
	return pipe ? pclose(pipe) : -1;
}

int main(int argc, char **argv)
{
	struct pair p = shake_hands(&oid_krb5);
	int status = -1;

	if (argc != 3)
		return 2;
	fflush(stdout);
	if (!strcmp(argv[1], "vfork"))
		status = by_vfork(argv[2]);
	else if (!strcmp(argv[1], "spawn"))
		status = by_spawn(argv[2]);
	else if (!strcmp(argv[1], "system"))
		status = system(argv[2]);
	else if (!strcmp(argv[1], "popen"))
		status = by_popen(argv[2]);
	send_message(&p, "after it");
	hang_up(&p);
	printf("status %d\n", status);
	return 0;
}
