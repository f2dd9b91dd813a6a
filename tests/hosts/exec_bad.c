/* SPDX-License-Identifier: MIT */
/*
 * Executes programs with pointers that lead nowhere, each in a child of its own, and prints what came of it:
 * the C library leaves it to the kernel to find them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static void *volatile nowhere = (void *)8; /* the compiler would see through less */
static char *args[] = {"true", NULL}, *plain[] = {"A=1", "PATH=/bin", NULL};
static char **cut_array, *cut_text, *cut_path;

/* Room that ends with what is last in it. */
static char *room(size_t size)
{
	char *at = mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED || mprotect(at + size, PAGE, PROT_NONE))
		exit(3);
	return at;
}

static char *cut(size_t size)
{
	return memset(room(size), '/', size);
}

static long spawned(int error, pid_t pid)
{
	int status;

	if (error) {
		errno = error;
		return -1;
	}
	waitpid(pid, &status, 0);
	return status;
}

static long piped(const char *command)
{
	FILE *from = popen(command, "r");

	return from ? pclose(from) : -1;
}

#define SPAWN(how, path, envp)                                                                               \
	({                                                                                                   \
		pid_t pid_ = 0;                                                                              \
		int error_ = how(&pid_, path, NULL, NULL, args, envp);                                       \
		spawned(error_, pid_);                                                                       \
	})

#define TRY(call)                                                                                            \
	do {                                                                                                 \
		int status_;                                                                                 \
		pid_t child_;                                                                                \
		fflush(stdout);                                                                              \
		child_ = fork();                                                                             \
		if (!child_) {                                                                               \
			long result_ = (long)(call);                                                         \
			printf("%s: %ld %s\n", #call, result_, strerrorname_np(errno));                      \
			fflush(stdout);                                                                      \
			_exit(0);                                                                            \
		}                                                                                            \
		waitpid(child_, &status_, 0);                                                                \
		if (status_)                                                                                 \
			printf("%s: ended with %x\n", #call, status_);                                       \
	} while (0)

static int program(void)
{
	return open("/bin/true", O_RDONLY | O_CLOEXEC);
}

static void environments(char **envp)
{
	TRY(execve("/bin/true", args, envp));
	TRY(execle("/bin/true", "true", NULL, envp));
	TRY(execvpe("true", args, envp));
	TRY(fexecve(program(), args, envp));
	TRY(execveat(AT_FDCWD, "/bin/true", args, envp, 0));
	TRY(SPAWN(posix_spawn, "/bin/true", envp));
	TRY(SPAWN(posix_spawnp, "true", envp));
}

static void environs(char **envp)
{
	TRY((environ = envp, execv("/bin/true", args)));
	TRY((environ = envp, execl("/bin/true", "true", NULL)));
	TRY((environ = envp, execvp("true", args)));
	TRY((environ = envp, execve("/bin/true", args, plain)));
	TRY((environ = envp, SPAWN(posix_spawnp, "true", plain)));
	TRY((environ = envp, system("true")));
	TRY((environ = envp, piped("true")));
}

static void paths(char *path)
{
	TRY(execve(path, args, plain));
	TRY(execv(path, args));
	TRY(execveat(AT_FDCWD, path, args, plain, 0));
	TRY(SPAWN(posix_spawn, path, plain));
	TRY(system(path));
	TRY(piped(path));
}

int main(void)
{
	cut_array = (char **)(void *)room(PAGE) + PAGE / sizeof(char *) - 2;
	cut_array[0] = cut_array[1] = "A=1";
	cut_text = cut(PAGE) + PAGE - 3;
	cut_path = cut(PAGE + PATH_MAX) + PAGE;
	environments(nowhere);
	environments((char *[]){"A=1", nowhere, NULL});
	environments(cut_array);
	environments((char *[]){"B=1", cut_text, NULL});
	environments(NULL);
	environs(nowhere);
	environs((char *[]){"A=1", nowhere, NULL});
	environs(NULL);
	paths(nowhere);
	paths(NULL);
	paths("");
	paths(cut_text);
	paths(cut_path);
	TRY(execve("/bin/true", nowhere, plain));
	TRY(execvp(nowhere, args));
	TRY(SPAWN(posix_spawnp, nowhere, plain));
	TRY(fexecve(-1, args, plain));
	TRY(execveat(AT_FDCWD, "", args, plain, AT_EMPTY_PATH));
	TRY(execveat(program(), "", args, plain, 0));
	TRY(execveat(program(), "", args, plain, AT_EMPTY_PATH));
	TRY(execveat(-1, "true", args, plain, 0));
	return 0;
}
