/* SPDX-License-Identifier: MIT */
/*
 * Executes /usr/bin/env with an environment of its own making, by the function that is asked for.
 *
 *	exec_family FUNCTION [fork|vfork|title|many|missing|refused|thread|handler|cancelled] [whole]
 *
 * FUNCTION is one of the C library's that execute a program; system and popen run the second argument of
 * `command` in place of env. fork, vfork: in a child, and its own environment must be as before afterwards.
 * title: the program first writes its title over the environment it was given. many: the environment has
 * 3,000 variables more. missing: the program does not exist; errno is printed. refused: no other process may
 *be made; errno is printed, and the end of system. thread: on the smallest stack that one may have. handler:
 *in a signal handler with 4.7 kB of stack, after one that fails. cancelled: on a thread that is to end at the
 *next call at which it may. whole: with the environment that it was given.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 3000
#define HANDLER_STACK 4816 /* beside what the kernel puts there: 8 kB where that is AVX-512 */
#define GUARD 65536

static char *small[MANY + 4] = {"PATH=/usr/bin:/bin", "MARK=here", NULL}, **own = small;
static const char *program = "/usr/bin/env", *name = "env", *function, *command = "/usr/bin/env";

static int spawn(int (*how)(pid_t *, const char *, const posix_spawn_file_actions_t *,
			    const posix_spawnattr_t *, char *const[], char *const[]),
		 const char *file)
{
	char *argv[] = {"env", NULL};
	pid_t pid;
	int status, error = how(&pid, file, NULL, NULL, argv, own);

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (error) {
		errno = error;
		return -1;
	}
	waitpid(pid, &status, 0);
	exit(WEXITSTATUS(status));
}

static int read_pipe(FILE *from)
{
	char line[4096];
	int status;

	if (!from)
		return -1;
	while (fgets(line, sizeof(line), from))
		fputs(line, stdout);
	fflush(stdout);
	status = pclose(from);
	exit(WEXITSTATUS(status));
}

static int run(void)
{
	char *argv[] = {"env", NULL};

	if (!strcmp(function, "execve"))
		return execve(program, argv, own);
	if (!strcmp(function, "execv"))
		return execv(program, argv);
	if (!strcmp(function, "execvp"))
		return execvp(name, argv);
	if (!strcmp(function, "execvpe"))
		return execvpe(name, argv, own);
	if (!strcmp(function, "execl"))
		return execl(program, "env", "A=1", "B=2", "C=3", "D=4", "E=5", "F=6", "G=7", NULL);
	if (!strcmp(function, "execlp"))
		return execlp(name, "env", "A=1", NULL);
	if (!strcmp(function, "execle"))
		return execle(program, "env", "A=1", NULL, own);
	if (!strcmp(function, "fexecve"))
		return fexecve(open(program, O_RDONLY | O_CLOEXEC), argv, own);
	if (!strcmp(function, "execveat"))
		return execveat(open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
				*name == 'e' ? "bin/env" : "bin/no-such", argv, own, 0);
	if (!strcmp(function, "posix_spawn"))
		return spawn(posix_spawn, program);
	if (!strcmp(function, "posix_spawnp"))
		return spawn(posix_spawnp, name);
	if (!strcmp(function, "system"))
		exit(WEXITSTATUS(system(command)));
	if (!strcmp(function, "popen"))
		return read_pipe(popen(command, "r"));
	fprintf(stderr, "exec_family: what is %s?\n", function);
	exit(2);
}

static void *run_on_thread(void *cancelled)
{
	if (cancelled)
		pthread_cancel(pthread_self());
	run();
	printf("%d\n", errno);
	exit(1);
}

static int on_thread(size_t stack, void *cancelled)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, stack);
	if (pthread_create(&thread, &attributes, run_on_thread, cancelled))
		return 3;
	pthread_join(thread, NULL);
	puts("cancelled");
	return 3;
}

static void handler(int unused)
{
	char *argv[] = {"env", NULL};

	(void)unused;
	execve("/no/such/program", argv, own);
	run();
	_exit(1);
}

static int in_handler(void)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	stack_t stack = {.ss_size = getauxval(AT_MINSIGSTKSZ) + HANDLER_STACK};
	char *room =
		mmap(NULL, GUARD + stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED || mprotect(room, GUARD, PROT_NONE))
		return 3;
	stack.ss_sp = room + GUARD;
	if (sigaltstack(&stack, NULL) || sigaction(SIGUSR1, &action, NULL))
		return 3;
	raise(SIGUSR1);
	return 3;
}

static int in_child(int (*make)(void))
{
	char **before = environ, *first = environ[0], *mark = environ[1];
	int status;
	pid_t pid = make();

	if (!pid) {
		run();
		_exit(1);
	}
	if (waitpid(pid, &status, 0) != pid)
		return 3;
	if (environ != before || environ[0] != first || environ[1] != mark || environ[2])
		return 4;
	return WEXITSTATUS(status);
}

static int make_fork(void)
{
	return fork();
}

/* The limit is not root's. */
static bool may_make_no_process(void)
{
	const struct rlimit none = {0, 0};

	return !setrlimit(RLIMIT_NPROC, &none) && (geteuid() || !setresuid(65534, 65534, 65534));
}

/* Everything from the first variable on: as setproctitle of sshd and the like. */
static void write_title(void)
{
	char *from = environ[0], *end = from;

	for (char **at = environ; *at; at++)
		if (*at == end)
			end += strlen(end) + 1;
	memset(from, 'x', (size_t)(end - from - 1));
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[2] : "";

	if (argc < 2)
		return 2;
	function = argv[1];
	if (!strcmp(how, "title"))
		write_title();
	if (!strcmp(how, "many"))
		for (int i = 0; i < MANY; i++)
			own[2 + i] = "FILLER=some text that stands for what an environment holds";
	if (!strcmp(how, "missing")) {
		program = "/no/such/program";
		name = "no-such-program";
	}
	if (!strcmp(how, "command"))
		command = argv[3];
	if (!strcmp(how, "refused")) {
		environ = own;
		if (!may_make_no_process())
			return 3;
		errno = 0;
		if (!strcmp(function, "system"))
			printf("%x ", system(command));
		else
			run();
		printf("%d\n", errno);
		return 0;
	}
	if (argc > 3 && !strcmp(argv[3], "whole"))
		own = environ;
	environ = own;
	if (!strcmp(how, "fork"))
		return in_child(make_fork);
	if (!strcmp(how, "vfork")) {
		/* Not by a function of ours: who called vfork must not return before the exec. */
		char **before = environ;
		int status;
		pid_t pid = vfork();

		if (!pid) {
			run();
			_exit(1);
		}
		if (waitpid(pid, &status, 0) != pid)
			return 3;
		return environ != before || strcmp(environ[1], "MARK=here") || environ[2]
			       ? 4
			       : WEXITSTATUS(status);
	}
	if (!strcmp(how, "thread"))
		return on_thread((size_t)PTHREAD_STACK_MIN, NULL);
	if (!strcmp(how, "cancelled"))
		return on_thread(1 << 20, small);
	if (!strcmp(how, "handler"))
		return in_handler();
	run();
	printf("%d\n", errno);
	return 1;
}
