/* SPDX-License-Identifier: MIT */
/*
 * Which file is going to be executed, and whether Kerberos is in it. What is large is in pages of its own:
 * the stack is the host's. No call here is one at which a thread can be cancelled.
 */
#include "shim/core/text.h"
#include "shim/exec/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOKED_AT (1 << 19) /* bytes of a file */
#define NAME_MOST 16

struct tap_exec_room {
	char where[PATH_MAX], other[PATH_MAX];
};

/* Not where that cannot be asked: it would be executed untold. */
static bool says_absent(int result)
{
	return result && (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP ||
			  errno == ENAMETOOLONG || errno == EBADF);
}

static bool is_absent(int fd, const char *name, int flags)
{
	struct stat st;
	int result = fstatat(fd, name, &st, flags);

	return says_absent(result) || (!result && !S_ISREG(st.st_mode)) ||
	       says_absent(faccessat(fd, name, X_OK, AT_EACCESS | flags));
}

/* As execvp looks for it; false: it is not there. */
static bool search(const char *name, char *out, size_t size)
{
	const char *path = getenv("PATH");
	size_t length = strlen(name);

	for (path = path ? path : "/bin:/usr/bin"; length; path++) {
		size_t n = strcspn(path, ":");

		if (n + length + 3 <= size) {
			memcpy(out, path, n);
			out[n] = 0;
			tap_append(out, size, n ? "/" : "./");
			tap_append(out, size, name);
			if (!is_absent(AT_FDCWD, out, 0))
				return true;
		}
		path += n;
		if (!*path)
			break;
	}
	return false;
}

static void write_link(char *link, size_t size, int fd)
{
	tap_copy(link, size, "/proc/self/fd/");
	tap_append_number(link, size, (unsigned)fd);
}

/* The path of a directory or file that is open, or of the working directory; its length, or 0. The system
 * call, for the C library's getcwd may walk the directories up with the heap. */
static size_t read_descriptor(int fd, char *out, size_t size)
{
	char link[32];
	ssize_t length;

	if (fd == AT_FDCWD) {
		length = syscall(SYS_getcwd, out, size) - 1;
	} else {
		write_link(link, sizeof(link), fd);
		length = readlink(link, out, size - 1);
	}
	if (length <= 0 || out[0] != '/')
		return 0;
	out[length] = 0;
	return (size_t)length;
}

/* What says nothing: one of several slashes, and a directory's own name for itself. */
static void tidy(char *path)
{
	char *out = path;

	for (const char *at = path; *at;) {
		if (at[0] == '/' && at[1] == '/')
			at++;
		else if (at[0] == '/' && at[1] == '.' && at[2] == '/')
			at += 2;
		else
			*out++ = *at++;
	}
	*out = 0;
}

static void write_where(const struct tap_exec *e, char *out, size_t size)
{
	size_t n = e->itself || e->name[0] != '/' ? read_descriptor(e->fd, out, size) : 0;

	if (e->itself && n)
		return;
	if (n && n + 1 + strlen(e->name) < size)
		out[n++] = '/';
	else
		n = 0;
	tap_copy(out + n, size - n, e->name);
	tidy(out);
}

void tap_exec_find(struct tap_exec *e)
{
	e->absent = false;
	e->room = NULL;
	if (e->itself)
		write_link(e->link, sizeof(e->link), e->fd);
	e->where = e->name = e->itself ? e->link : e->path;
	if (tap_exec_filter)
		return; /* all else would be asked of the kernel */
	e->room = tap_exec_map(sizeof(*e->room));
	if (!tap_exec_is_searched(e))
		e->absent = e->itself ? is_absent(e->fd, "", AT_EMPTY_PATH) : is_absent(e->fd, e->path, 0);
	else if (e->room && search(e->path, e->room->other, sizeof(e->room->other)))
		e->name = e->room->other;
	else
		e->absent = e->room != NULL;
	if (!e->room)
		return;
	write_where(e, e->room->where, sizeof(e->room->where));
	e->where = e->room->where;
}

void tap_exec_forget(struct tap_exec *e)
{
	if (e->room)
		munmap(e->room, sizeof(*e->room));
	e->room = NULL;
	e->where = e->name = NULL;
}

/* Its names of libraries are near its beginning. */
bool tap_exec_is_kerberos(const struct tap_exec *e)
{
	static const char *const names[] = {"libgssapi", "libkrb5.so", "libgss.so"};
	const size_t size = sizeof(e->room->other);
	char *part = e->room ? e->room->other : NULL;
	bool found = false;
	int fd = -1;
	long n;

	if (part)
		fd = (int)syscall(SYS_openat, AT_FDCWD, e->where,
				  O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	for (off_t at = 0; fd >= 0 && !found && at < LOOKED_AT; at += (off_t)size - NAME_MOST) {
		n = syscall(SYS_pread64, fd, part, size, at);
		if (n <= 0 || (!at && (n < 4 || memcmp(part, "\177ELF", 4) != 0)))
			break;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			found |= memmem(part, (size_t)n, names[i], strlen(names[i])) != NULL;
	}
	if (fd >= 0)
		syscall(SYS_close, fd);
	return found;
}
