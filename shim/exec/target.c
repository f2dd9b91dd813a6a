/* SPDX-License-Identifier: MIT */
/*
 * Which file is going to be executed, whether the kernel will start it with AT_SECURE, and whether Kerberos
 * is in it.
 */
#include "shim/core/text.h"
#include "shim/exec/exec.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LOOKED_AT (1 << 19) /* bytes of a file */
#define NAME_MOST 16

static void read_descriptor(int fd, char *out, size_t size)
{
	char link[32] = "/proc/self/fd/";
	ssize_t length;

	tap_append_number(link, sizeof(link), (unsigned)fd);
	length = fd < 0 ? -1 : readlink(link, out, size - 1);
	tap_copy(out + (length > 0 ? length : 0), size - (size_t)(length > 0 ? length : 0),
		 length > 0 ? "" : link);
}

/* As execvp looks for it; false: it is not there. */
static bool search(const char *name, char *out, size_t size)
{
	const char *path = getenv("PATH");
	size_t length = strlen(name);

	for (path = path ? path : "/bin:/usr/bin"; length; path++) {
		size_t n = strcspn(path, ":");
		struct stat st;

		if (n + length + 3 <= size) {
			memcpy(out, path, n);
			out[n] = 0;
			tap_append(out, size, n ? "/" : "./");
			tap_append(out, size, name);
			if (!stat(out, &st) && S_ISREG(st.st_mode) && !access(out, X_OK))
				return true;
		}
		path += n;
		if (!*path)
			break;
	}
	return false;
}

static void make_absolute(int fd, char *path, size_t size)
{
	char directory[PATH_MAX];
	size_t n, length = strlen(path);

	if (path[0] == '/')
		return;
	if (fd != AT_FDCWD)
		read_descriptor(fd, directory, sizeof(directory));
	else if (!getcwd(directory, sizeof(directory)))
		return;
	n = strlen(directory);
	if (n + 1 + length + 1 > size)
		return;
	memmove(path + n + 1, path, length + 1);
	memcpy(path, directory, n);
	path[n] = '/';
}

void tap_exec_path(const struct tap_exec *e, char *out, size_t size)
{
	if (tap_exec_filter) {
		tap_copy(out, size, e->path ? e->path : ""); /* all else would be asked of the kernel */
	} else if (!e->path || !*e->path) {
		read_descriptor(e->fd, out, size);
	} else if (e->search && !strchr(e->path, '/')) {
		if (!search(e->path, out, size))
			tap_copy(out, size, e->path);
		else
			make_absolute(AT_FDCWD, out, size);
	} else {
		tap_copy(out, size, e->path);
		make_absolute(e->fd, out, size);
	}
}

/* Was there a filter before us, which nobody of ours has looked at? The calls that ask are the recorder's. */
static bool is_filtered(void)
{
	static const char name[] = "\nSeccomp:\t";
	static _Atomic(int) known; /* 1: no; 2: yes */
	char status[4096], *at;
	ssize_t n;
	int fd;

	if (known)
		return known == 2;
	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, status, sizeof(status) - 1);
	if (fd >= 0)
		close(fd);
	status[n < 0 ? 0 : n] = 0;
	at = strstr(status, name);
	known = at && at[sizeof(name) - 1] == '0' ? 1 : 2;
	return known == 2;
}

/* Capabilities that count in this user namespace, which getxattr gives in revision 2, and that a process has
 * from the file alone. */
static bool gives_capabilities(const char *path)
{
	struct vfs_ns_cap_data caps = {0};
	ssize_t length = getxattr(path, "security.capability", &caps, sizeof(caps));

	if (length < (ssize_t)XATTR_CAPS_SZ_1 ||
	    (caps.magic_etc & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_3)
		return false;
	return caps.magic_etc & VFS_CAP_FLAGS_EFFECTIVE || caps.data[0].permitted || caps.data[1].permitted;
}

bool tap_exec_is_there(const struct tap_exec *e)
{
	char path[PATH_MAX];
	struct stat st;

	if (tap_exec_filter)
		return false;
	tap_exec_path(e, path, sizeof(path));
	return !stat(path, &st) && S_ISREG(st.st_mode) && !faccessat(AT_FDCWD, path, X_OK, AT_EACCESS);
}

/* As the kernel's, but for capabilities that would not be gained after all: they count here. */
bool tap_exec_is_secure(const struct tap_exec *e)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char path[PATH_MAX];
	struct statfs mount;
	struct stat st;
	bool user, group, gains;

	tap_exec_path(e, path, sizeof(path));
	if (stat(path, &st))
		return uid != getuid() || gid != getgid();
	user = st.st_mode & S_ISUID;
	group = (st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
	/* A filter may kill for what few programs ask. */
	gains = getuid() && !is_filtered() && gives_capabilities(path);
	if ((user || group || gains) && ((!statfs(path, &mount) && mount.f_flags & ST_NOSUID) ||
					 faccessat(AT_FDCWD, path, X_OK, AT_EACCESS)))
		user = group = gains = false;
	if ((user || group) && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		user = group = false;
	if (user)
		uid = st.st_uid;
	if (group)
		gid = st.st_gid;
	return uid != getuid() || gid != getgid() || gains;
}

/* Its names of libraries are near its beginning. */
bool tap_exec_is_kerberos(const char *path)
{
	static const char *const names[] = {"libgssapi", "libkrb5.so", "libgss.so"};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char part[2048];
	bool found = false;
	ssize_t n = 1;

	for (off_t at = 0; fd >= 0 && !found && at < LOOKED_AT; at += (off_t)sizeof(part) - NAME_MOST) {
		n = pread(fd, part, sizeof(part), at);
		if (n <= 0 || (!at && (n < 4 || memcmp(part, "\177ELF", 4) != 0)))
			break;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			found |= memmem(part, (size_t)n, names[i], strlen(names[i])) != NULL;
	}
	if (fd >= 0)
		close(fd);
	return found;
}
