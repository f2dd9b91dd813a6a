/* SPDX-License-Identifier: MIT */
/*
 * What is said to `gsstap run`: that the shim came up, and what is wrong with its settings or its trace. A
 * line each, through the file that run made for that; never to the host's own descriptors.
 */
#include "shim/core/hello.h"

#include "shim/core/lock.h"
#include "shim/core/text.h"
#include "shim/exec/exec.h"
#include "trace/roll.h"
#include "trace/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char hello_path[PATH_MAX]; /* "" for none */
char tap_bad_settings[400];

void tap_hello_to(const char *path)
{
	tap_copy(hello_path, sizeof(hello_path), path);
}

static void tell(const char *line)
{
	struct rlimit limit;
	struct stat st;
	int fd;

	if (!*hello_path || tr_confined)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, hello_path,
			  O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return;
	/* Beyond the host's file size limit a write would be a signal. */
	if (getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY ||
	    (!fstat(fd, &st) && (rlim_t)st.st_size + strlen(line) <= limit.rlim_cur))
		syscall(SYS_write, fd, line, strlen(line));
	syscall(SYS_close, fd);
}

void tap_hello(void)
{
	char line[80] = "gsstap 0.1.0 ";

	tap_append_number(line, sizeof(line), tap_first_process);
	tap_append(line, sizeof(line), "\n");
	tell(line);
	tap_roll_add(TR_ROLL_HERE, (pid_t)tap_first_process, 0, NULL);
}

static void begin_problem(char *line, size_t size)
{
	tap_copy(line, size, "problem ");
	tap_append_number(line, size, tap_process());
	tap_append(line, size, " ");
}

static void explain(const char *path, int error)
{
	char *text = tap_no_trace;
	const size_t size = sizeof(tap_no_trace);

	tap_copy(text, size, "trace ");
	tap_append(text, size - 160, path);
	tap_append(text, size, ": ");
	tap_append(text, size, strerrordesc_np(error));
	if (error == EFBIG)
		tap_append(text, size, " (the file size limit, ulimit -f, leaves no room)");
	if (tr_was_filtered(error))
		tap_append(text, size, " (a seccomp filter stops the recorder's system calls)");
}

void tap_trace_failed(const char *path, int error)
{
	char line[700];

	explain(path, error);
	begin_problem(line, sizeof(line));
	tap_append(line, sizeof(line), tap_no_trace);
	tap_append(line, sizeof(line), "\n");
	tell(line);
}

/* Where there is a roll it says so with what is lost, and arrives from where the file is not reached. */
void tap_trace_not_made(const char *path, int error)
{
	if (tap_roll_is_open())
		explain(path, error);
	else
		tap_trace_failed(path, error);
}

void tap_bad_setting(const char *variable, const char *value, const char *why)
{
	char line[600];
	size_t start;

	begin_problem(line, sizeof(line));
	start = strlen(line);
	tap_append(line, sizeof(line), variable);
	tap_append(line, sizeof(line), "=");
	tap_append(line, sizeof(line) - 200, value);
	tap_append(line, sizeof(line), " ");
	tap_append(line, sizeof(line), why);
	for (char *at = line + start; *at; at++)
		if ((unsigned char)*at < ' ')
			*at = '?'; /* it is one line */
	tap_append(tap_bad_settings, sizeof(tap_bad_settings), *tap_bad_settings ? "; " : "");
	tap_append(tap_bad_settings, sizeof(tap_bad_settings), line + start);
	tap_append(line, sizeof(line), "\n");
	tell(line);
}
