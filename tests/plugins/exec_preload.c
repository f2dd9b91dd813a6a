/* SPDX-License-Identifier: MIT */
/*
 * Somebody else's preload that has a function of its own for each of three that execute programs: by the
 * kernel, by the C library as dlsym finds it, and one that executes nothing, as sudo's noexec.
 */
#include <dlfcn.h>
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

int execve(const char *path, char *const argv[], char *const envp[])
{
	return (int)syscall(SYS_execve, path, argv, envp);
}

int execv(const char *path, char *const argv[])
{
	int (*of_libc)(const char *, char *const[]) = NULL;
	void *libc = dlopen("libc.so.6", RTLD_LAZY);

	if (libc)
		of_libc = (int (*)(const char *, char *const[]))dlsym(libc, "execv");
	return of_libc ? of_libc(path, argv) : -1;
}

int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags)
{
	(void)fd;
	(void)path;
	(void)argv;
	(void)envp;
	(void)flags;
	errno = EACCES;
	return -1;
}
