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

#define LINKS_AT_MOST 100 /* of a process: it does not look for a free name for ever */

static char hello_path[PATH_MAX]; /* "" for none */
static const char *hello_name;	  /* in it */
static char hello_dir[PATH_MAX];
char tap_bad_settings[400];

void tap_hello_to(const char *path)
{
	const char *name;

	tap_copy(hello_path, sizeof(hello_path), path);
	name = strrchr(hello_path, '/');
	hello_name = name ? name + 1 : hello_path;
	tap_copy(hello_dir, sizeof(hello_dir), name ? hello_path : ".");
	if (name)
		hello_dir[hello_name - hello_path] = 0;
}

/* As what a symbolic link beside the file leads to: it has no size that counts. */
static void tell_by_link(const char *line)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, hello_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char text[700], name[NAME_MAX + 1];
	long failed = -1;

	if (fd < 0)
		return;
	tap_copy(text, sizeof(text), line);
	text[strcspn(text, "\n")] = 0;
	for (unsigned i = 0; i < LINKS_AT_MOST && failed && (!i || errno == EEXIST); i++) {
		tap_copy(name, sizeof(name), hello_name);
		tap_append(name, sizeof(name), ".");
		tap_append_number(name, sizeof(name), tap_process());
		tap_append(name, sizeof(name), ".");
		tap_append_number(name, sizeof(name), i);
		failed = syscall(SYS_symlinkat, text, fd, name);
	}
	syscall(SYS_close, fd);
}

static void tell(const char *line)
{
	struct rlimit limit;
	struct stat st;
	bool fits;
	int fd;

	if (!*hello_path || tr_confined)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, hello_path,
			  O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return;
	/* Beyond the host's file size limit a write would be a signal. */
	fits = getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY ||
	       (!fstat(fd, &st) && (rlim_t)st.st_size + strlen(line) <= limit.rlim_cur);
	if (fits)
		syscall(SYS_write, fd, line, strlen(line));
	syscall(SYS_close, fd);
	if (!fits)
		tell_by_link(line);
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
