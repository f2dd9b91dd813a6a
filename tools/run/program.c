/* SPDX-License-Identifier: MIT */
/*
 * Starts PROGRAM. The child does nothing but set its environment and exec: its failure comes back
 * through a pipe that a successful exec closes.
 */
#include "tools/run/program.h"

#include "tools/run/dir.h"
#include "tools/run/preload.h"
#include "tools/base/tool.h"
#include "trace/unconst.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *run_judged_file(const char *path)
{
	char head[4] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, head, sizeof(head)) : -1;

	if (fd >= 0)
		close(fd);
	if (n < 0 || (n == 4 && !memcmp(head, "\177ELF", 4)) || (n >= 2 && head[0] == '#' && head[1] == '!'))
		return path;
	return "/bin/sh";
}

static int set_environment(const struct run_env *env)
{
	const char *pairs[][2] = {{"GSSTAP_TRACE", env->trace},		 {"GSSTAP_LEVEL", env->level},
				  {"GSSTAP_CALLS", env->calls},		 {"GSSTAP_POLICY", env->policy},
				  {"GSSTAP_HELLO", env->hello},		 {"GSSTAP_FOLLOW_EXEC", env->follow},
				  {"GSSTAP_KRB5_TRACE", env->krb5_trace}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (pairs[i][1] && setenv(pairs[i][0], pairs[i][1], 1))
			return -1;
	return run_preload_set(env->shim);
}

/* As execvp does, a file that is neither ELF nor #! is handed to the shell. */
static void exec_program(const char *path, char **argv)
{
	size_t count = 0;
	char **with_shell;

	execv(path, argv);
	if (errno != ENOEXEC || run_judged_file(path) == path)
		return;
	while (argv[count])
		count++;
	with_shell = calloc(count + 2, sizeof(*with_shell));
	if (!with_shell)
		return;
	with_shell[0] = "/bin/sh";
	with_shell[1] = TR_UNCONST(path);
	memcpy(with_shell + 2, argv + 1, count * sizeof(*argv));
	execv(with_shell[0], with_shell);
}

static void child_main(int exec_fd, int go_fd, const char *path, char **argv, const struct run_env *env,
		       const struct signals *signals)
{
	char byte;
	int error;
	ssize_t told = 1;

	/* End of file instead of a byte: nobody is left who could watch over us. */
	while (go_fd >= 0 && (told = read(go_fd, &byte, 1)) < 0 && errno == EINTR)
		;
	if (told != 1)
		_exit(TOOL_SELF);
	if (!set_environment(env) && !signals_give_back(signals))
		exec_program(path, argv);
	error = errno;
	while (write(exec_fd, &error, sizeof(error)) < 0 && errno == EINTR)
		;
	_exit(TOOL_NOT_EXECUTABLE);
}

int run_start(struct run_child *child, const char *path, char **argv, const struct run_env *env,
	      const struct signals *signals, bool hold)
{
	int exec_pipe[2], go_pipe[2] = {-1, -1};

	if (pipe2(exec_pipe, O_CLOEXEC) || (hold && pipe2(go_pipe, O_CLOEXEC))) {
		tool_error("no pipe: %s", strerror(errno));
		return -1;
	}
	child->pid = fork();
	if (child->pid < 0) {
		tool_error("no process for %s: %s", argv[0], strerror(errno));
		return -1;
	}
	if (!child->pid) {
		if (hold)
			close(go_pipe[1]);
		child_main(exec_pipe[1], go_pipe[0], path, argv, env, signals);
	}
	close(exec_pipe[1]);
	if (hold)
		close(go_pipe[0]);
	child->exec_fd = exec_pipe[0];
	child->go_fd = go_pipe[1];
	return 0;
}
