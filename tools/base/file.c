/* SPDX-License-Identifier: MIT */
/*
 * Writes whole files; see file.h. A service reads its policy as another user: a file that came back with
 * another owner would be one that it cannot read, so what cannot be kept is an error and not a surprise.
 */
#include "tools/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define ACL "system.posix_acl_access"
#define ACL_MAX 65536  /* XATTR_SIZE_MAX */
#define HOLD_TRIES 500 /* every 10 ms */

int file_write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* what: what could not be done, or NULL when errno says it all. Returns -1. */
static int say(char *error, size_t size, const char *what)
{
	snprintf(error, size, "%s%s%s", what ? what : "", what ? ": " : "", strerror(errno));
	return -1;
}

/* Where the bytes go: what path, which may be a link, leads to. *old: what is there; its st_mode is 0 for
 * nothing. */
static int find_target(const char *path, char target[PATH_MAX], struct stat *old, char *error, size_t size)
{
	*old = (struct stat){0};
	if (realpath(path, target)) {
		if (stat(target, old))
			return say(error, size, NULL);
		if (S_ISREG(old->st_mode))
			return 0;
		snprintf(error, size, "it is there and no regular file");
		return -1;
	}
	if (errno != ENOENT)
		return say(error, size, NULL);
	if (!lstat(path, old)) {
		snprintf(error, size, "it is a link to a file that is not there");
		return -1;
	}
	*old = (struct stat){0};
	if (snprintf(target, PATH_MAX, "%s", path) < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return say(error, size, NULL);
}

int file_hold_folder(int directory, const char *folder)
{
	static const struct timespec nap = {.tv_nsec = 10000000};
	int fd = openat(directory, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (int i = 0; fd >= 0 && i < HOLD_TRIES && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
	     i++)
		nanosleep(&nap, NULL);
	return fd;
}

int file_hold_beside(const char *path)
{
	char target[PATH_MAX];

	if (!realpath(path, target) && snprintf(target, sizeof(target), "%s", path) >= PATH_MAX)
		return -1;
	return file_hold_folder(AT_FDCWD, dirname(target));
}

/* The new file is to be read by whom the old one was. The owner comes first: a change of it clears mode bits.
 */
static int keep(int fd, const char *target, const struct stat *old, char *error, size_t size)
{
	char *acl;
	ssize_t len;
	int failed;

	if (fchown(fd, old->st_uid, old->st_gid)) {
		snprintf(error, size,
			 "its owner and group (%u:%u) cannot be kept: %s; write to another file, or do it as "
			 "that user or "
			 "as root",
			 old->st_uid, old->st_gid, strerror(errno));
		return -1;
	}
	if (fchmod(fd, old->st_mode & 07777))
		return say(error, size, "its mode cannot be kept");
	acl = malloc(ACL_MAX);
	len = acl ? getxattr(target, ACL, acl, ACL_MAX) : -1;
	failed = len >= 0 && fsetxattr(fd, ACL, acl, (size_t)len, 0);
	free(acl);
	return failed ? say(error, size, "its access list cannot be kept") : 0;
}

/* Without this a crash soon after could bring the old file back. A file system that cannot do it is no reason
 * to fail. */
static void sync_directory(const char *path)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	if (slash)
		snprintf(directory, sizeof(directory), "%.*s/", (int)(slash - path), path);
	fd = open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

/* As /dev/stdout may be: a link to what has no name. */
static bool is_nameless_pipe(const char *path)
{
	char target[PATH_MAX];
	struct stat status;

	return !realpath(path, target) && errno == ENOENT && !stat(path, &status) && S_ISFIFO(status.st_mode);
}

static int pass_on(const char *path, const void *bytes, size_t len, char *error, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), failed = 0;

	if (fd < 0 || file_write_all(fd, bytes, len))
		failed = say(error, size, NULL);
	if (fd >= 0)
		close(fd);
	return failed;
}

/* A new file beside target, which has all that is to stand there: its descriptor, or -1. */
static int write_beside(char beside[PATH_MAX + 8], const char *target, const struct stat *old,
			const void *bytes, size_t len, mode_t new_mode, char *error, size_t size)
{
	int fd, failed;

	snprintf(beside, PATH_MAX + 8, "%s.XXXXXX", target);
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return say(error, size, NULL);
	if (file_write_all(fd, bytes, len))
		failed = say(error, size, NULL);
	else if (old->st_mode)
		failed = keep(fd, target, old, error, size);
	else
		failed = fchmod(fd, new_mode) ? say(error, size, NULL) : 0;
	if (!failed && fsync(fd))
		failed = say(error, size, NULL);
	if (!failed)
		return fd;
	close(fd);
	unlink(beside);
	return -1;
}

static bool are_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino &&
	       one->st_size == other->st_size && one->st_mtim.tv_sec == other->st_mtim.tv_sec &&
	       one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

static bool is_same(const char *path, const struct stat *old)
{
	struct stat now;

	return !lstat(path, &now) && are_same(&now, old);
}

/*
 * The kernel gives what stood there for what is to: nothing comes in between. Who gets something else than he
 * has put there gives it back, until that is so. Where a file system cannot, it is looked at before. 1: it
 * was another.
 */
static int exchange(const char *beside, const char *target, const struct stat *old)
{
	struct stat there = *old, next;

	for (int status = 0;; status = 1) {
		if (lstat(beside, &next))
			return -1;
		if (renameat2(AT_FDCWD, beside, AT_FDCWD, target, RENAME_EXCHANGE))
			break;
		if (is_same(beside, &there))
			return status;
		there = next;
	}
	if (errno != EINVAL && errno != ENOSYS)
		return errno == ENOENT ? 1 : -1;
	return !is_same(target, old) ? 1 : rename(beside, target);
}

/* Where nothing stood. 1: something does. */
static int put_new(const char *beside, const char *target)
{
	if (!renameat2(AT_FDCWD, beside, AT_FDCWD, target, RENAME_NOREPLACE))
		return 0;
	if (errno == EINVAL || errno == ENOSYS)
		return rename(beside, target);
	return errno == EEXIST ? 1 : -1;
}

/* As containers are given single files. From outside of one it could be done, and would take the mount away.
 */
static bool is_mounted(const char *path)
{
	struct statx is;

	return !statx(AT_FDCWD, path, 0, STATX_TYPE, &is) && is.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/* old->st_mode is 0 for nothing. */
static int replace(const char *target, const struct stat *old, const void *bytes, size_t len, mode_t new_mode,
		   char *error, size_t size)
{
	char beside[PATH_MAX + 8];
	int fd, status;

	if (old->st_mode && is_mounted(target)) {
		snprintf(error, size,
			 "this file is mounted by itself and cannot be replaced: mount the directory that it "
			 "is in");
		return -1;
	}
	fd = write_beside(beside, target, old, bytes, len, new_mode, error, size);
	if (fd < 0)
		return -1;
	status = old->st_mode ? exchange(beside, target, old) : put_new(beside, target);
	if (status < 0)
		say(error, size, NULL);
	close(fd);
	unlink(beside);
	sync_directory(target);
	return status;
}

int file_replace(const char *path, const struct stat *old, const void *bytes, size_t len, mode_t new_mode,
		 char *error, size_t size)
{
	char target[PATH_MAX];
	struct stat now;

	if (is_nameless_pipe(path))
		return pass_on(path, bytes, len, error, size);
	if (find_target(path, target, &now, error, size))
		return -1;
	return are_same(&now, old) ? replace(target, &now, bytes, len, new_mode, error, size) : 1;
}

int file_replace_same(int directory, const char *name, const struct stat *old, const void *bytes, size_t len,
		      char *error, size_t size)
{
	char target[PATH_MAX];

	snprintf(target, sizeof(target), "/proc/self/fd/%d/%s", directory, name);
	return replace(target, old, bytes, len, 0, error, size);
}
