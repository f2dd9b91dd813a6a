/* SPDX-License-Identifier: MIT */
/* Reads /proc; see proc.h. */
#include "tools/run/proc.h"

#include "tools/base/path.h"
#include "tools/elf/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int open_of(int proc, pid_t pid, const char *name)
{
	char path[40];

	snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	return openat(proc, path, O_RDONLY | O_CLOEXEC);
}

static bool read_of(int proc, pid_t pid, const char *name, char *text, size_t size)
{
	int fd = open_of(proc, pid, name);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = 0;
	return got > 0;
}

bool proc_stat(int proc, pid_t pid, struct proc_stat *out)
{
	char text[1024], *open, *close; /* a program's name may have parentheses, too */

	if (!read_of(proc, pid, "stat", text, sizeof(text)))
		return false;
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close)
		return false;
	*close = 0;
	snprintf(out->name, sizeof(out->name), "%s", open + 1);
	return sscanf(close + 1,
		      " %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %ld %*s %llu %*s "
		      "%*s %*s %lu %*s %lu",
		      &out->state, &out->parent, &out->threads, &out->start, &out->code, &out->stack) == 6;
}

bool proc_program(int proc, pid_t pid, char path[PATH_MAX], struct stat *file)
{
	char link[40];
	ssize_t length;

	snprintf(link, sizeof(link), "%d/exe", (int)pid);
	length = readlinkat(proc, link, path, PATH_MAX - 1);
	if (length <= 0)
		return false;
	path[length] = 0;
	return !fstatat(proc, link, file, 0);
}

/* The loader maps what is preloaded before what the program needs, and lower: who has the C library has
 * everything that was preloaded, and it comes later in this list. */
enum proc_shim proc_shim(int proc, pid_t pid)
{
	static char text[65536];
	const char *interpreter = path_base(elf_native()->interpreter);
	bool any = false, loader = false, library = false, shim = false;
	int fd = open_of(proc, pid, "maps");
	ssize_t got = -1;

	/* Whole lines at a time, since one is shorter than that. */
	while (!shim && fd >= 0 && (got = read(fd, text, sizeof(text) - 1)) > 0) {
		text[got] = 0;
		any = true;
		shim = strstr(text, "/libgsstap.so");
		library |= strstr(text, "/libc.so.6") != NULL;
		loader |= strstr(text, interpreter) != NULL;
	}
	if (fd < 0 || got < 0) {
		got = errno;
		if (fd >= 0)
			close(fd);
		return got == EACCES || got == EPERM ? PROC_HIDDEN : PROC_COMING;
	}
	close(fd);
	return shim ? PROC_HERE : !any || (loader && !library) ? PROC_COMING : PROC_WITHOUT;
}

bool proc_is_privileged(int proc, pid_t pid)
{
	char text[4096], *users, *groups;
	unsigned id[4], group[4];

	if (!read_of(proc, pid, "status", text, sizeof(text)))
		return false;
	users = strstr(text, "\nUid:");
	groups = strstr(text, "\nGid:");
	if (!users || !groups || sscanf(users, "\nUid: %u %u %u %u", id, id + 1, id + 2, id + 3) != 4 ||
	    sscanf(groups, "\nGid: %u %u %u %u", group, group + 1, group + 2, group + 3) != 4)
		return false;
	for (int i = 0; i < 4; i++)
		if (id[i] != geteuid() || group[i] != getegid())
			return true;
	return false;
}
