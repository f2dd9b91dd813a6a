/* SPDX-License-Identifier: MIT */
/* exec_kernel WAY: executes true(1) by execve, execv, or the system call execveat. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char *words[] = {"true", NULL};

	if (argc < 2)
		return 2;
	if (!strcmp(argv[1], "execve"))
		execve("/bin/true", words, environ);
	if (!strcmp(argv[1], "execv"))
		execv("/bin/true", words);
	if (!strcmp(argv[1], "kernel"))
		syscall(SYS_execveat, AT_FDCWD, "/bin/true", words, environ, 0);
	perror(argv[1]);
	return 1;
}
