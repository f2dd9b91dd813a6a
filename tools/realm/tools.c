/* SPDX-License-Identifier: MIT */
/*
 * Runs MIT's administration tools (kdb5_util, kadmin.local, krb5kdc), which live in directories that are
 * often not on a user's PATH. Secrets reach them through stdin, and they end with this process, whatever ends
 * it.
 */
#include "tools/realm/realm.h"
#include "tools/base/path.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const sbin = "/usr/local/sbin:/usr/sbin:/sbin";

const char *realm_tool_path(const char *tool)
{
	static char path[PATH_MAX];

	return path_program(tool, NULL, path, sizeof(path)) && path_program(tool, sbin, path, sizeof(path))
		       ? NULL
		       : path;
}

int realm_tools_check(void)
{
	static const struct {
		const char *tool, *package;
	} needed[] = {
		{"kdb5_util", "krb5-kdc"},
		{"krb5kdc", "krb5-kdc"},
		{"kadmin.local", "krb5-admin-server"},
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (!realm_tool_path(needed[i].tool)) {
			tool_error("%s is missing (Debian's package %s): apt-get install krb5-kdc "
				   "krb5-admin-server",
				   needed[i].tool, needed[i].package);
			return -1;
		}
	return 0;
}

/* A descriptor that reads text: a file in memory, so that neither side can block the other. */
static int input_of(const char *text)
{
	int fd = memfd_create("gsstap-input", MFD_CLOEXEC);
	size_t len = strlen(text);

	if (fd >= 0 && (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET))) {
		close(fd);
		return -1;
	}
	return fd;
}

static _Noreturn void become(const struct realm *realm, const char *path, char *const argv[], int input,
			     int log, pid_t parent)
{
	int null;

	/* Ends with us; setsid keeps the terminal's Ctrl-C for COMMAND alone. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(TOOL_SELF);
	setsid();
	/* What is to watch COMMAND has no business in our own tools. */
	unsetenv("LD_PRELOAD");
	umask(077);
	/* Below 3, where they are when the caller's stdin is closed, the dup2s would meet them. */
	input = fcntl(input, F_DUPFD, 3);
	log = fcntl(log, F_DUPFD, 3);
	null = open("/dev/null", O_WRONLY);
	if (chdir(realm->dir) || dup2(null, 1) < 0 || dup2(input, 0) < 0 || dup2(log, 2) < 0)
		_exit(TOOL_SELF);
	/* The caller's pipes are to end with the caller and COMMAND. */
	close_range(3, ~0u, 0);
	execv(path, argv);
	_exit(TOOL_NOT_FOUND);
}

static pid_t start(const struct realm *realm, const char *path, char *const argv[], int input, int log)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid)
		become(realm, path, argv, input, log, parent);
	return pid;
}

pid_t realm_tool_start(const struct realm *realm, char *const argv[], const char *input, const char *log)
{
	const char *path = realm_tool_path(argv[0]);
	char *log_path = realm_path(realm, NULL, log);
	int output = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	int in = input_of(input);
	pid_t pid = -1;

	if (path && in >= 0 && output >= 0)
		pid = start(realm, path, argv, in, output);
	if (pid < 0)
		tool_error("cannot start %s: %m", argv[0]);
	if (in >= 0)
		close(in);
	if (output >= 0)
		close(output);
	free(log_path);
	return pid;
}

int realm_tool_run(const struct realm *realm, char *const argv[], const char *input, const char *log)
{
	pid_t pid = realm_tool_start(realm, argv, input, log);
	int status = -1;

	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	tool_error("%s failed (%s %d); it said:", argv[0], WIFSIGNALED(status) ? "signal" : "exit status",
		   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	realm_show_log(realm, log);
	return -1;
}

void realm_show_log(const struct realm *realm, const char *log)
{
	char *path = realm_path(realm, NULL, log), text[2049];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof(text) - 1, size > 2048 ? size - 2048 : 0);

	for (ssize_t i = 0; i < n; i++)
		fputc(text[i] == '\n' || (unsigned char)text[i] >= ' ' ? text[i] : '?', stderr);
	if (n > 0 && text[n - 1] != '\n')
		fputc('\n', stderr);
	if (fd >= 0)
		close(fd);
	free(path);
}
