/* SPDX-License-Identifier: MIT */
/*
 * Makes and removes the private directory. Never follows a link out of it and removes nothing but its own
 * files.
 */
#include "tools/run/dir.h"

#include "tools/base/file.h"
#include "tools/base/tool.h"
#include "tools/run/room.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define ROOM_WANTED (64ull << 20) /* bytes free before a file system in memory is taken */

bool run_dir_preloadable(const char *path)
{
	return !strpbrk(path, " :$\t\n");
}

/* "gsstap-PID-XXXXXX" */
static bool is_ours(const char *name)
{
	return !strncmp(name, "gsstap-", 7) && isdigit((unsigned char)name[7]);
}

bool run_dir_holds(const char *path)
{
	const char *name = strrchr(path, '/');

	if (!name || name == path)
		return false;
	while (name > path && name[-1] != '/')
		name--;
	return is_ours(name);
}

static bool has_room(const char *path)
{
	struct statvfs fs;

	return !statvfs(path, &fs) && (unsigned long long)fs.f_bavail * fs.f_frsize >= ROOM_WANTED;
}

/* Others may not own where our files lie: XDG_RUNTIME_DIR left over from before a `su` belongs to someone
 * else. */
static bool runtime_dir_fits(const char *path)
{
	struct stat status;

	return geteuid() != 0 && !stat(path, &status) && status.st_uid == geteuid();
}

/* Removes the files of an open directory but those that begin so, and says whether there are none left. */
static bool empty(int fd, const char *keep)
{
	DIR *files = fdopendir(dup(fd));
	bool all = true;

	if (!files)
		return false;
	rewinddir(files);
	for (struct dirent *file; (file = readdir(files));) {
		if (!strcmp(file->d_name, ".") || !strcmp(file->d_name, ".."))
			continue;
		if ((keep && !strncmp(file->d_name, keep, strlen(keep))) || unlinkat(fd, file->d_name, 0))
			all = false;
	}
	closedir(files);
	return all;
}

/* As a file, or as links. */
static bool holds_policy(int fd)
{
	struct stat status;

	return !fstatat(fd, "policy.bin", &status, AT_SYMLINK_NOFOLLOW) ||
	       !fstatat(fd, "policy.bin.0", &status, AT_SYMLINK_NOFOLLOW);
}

/* A run that was killed cannot tidy up, and what it leaves may be memory. Where it left a policy, its tree
 * may live. */
static void sweep_one(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return;
	/* Not yet locked, perhaps, when it is new. */
	if (!fstat(fd, &status) && status.st_uid == geteuid() && time(NULL) - status.st_mtime > 60 &&
	    !flock(fd, LOCK_EX | LOCK_NB) && !holds_policy(fd) && empty(fd, NULL))
		unlinkat(parent, name, AT_REMOVEDIR);
	close(fd);
}

static void sweep(const char *parent)
{
	DIR *entries = opendir(parent);

	if (!entries)
		return;
	for (struct dirent *entry; (entry = readdir(entries));)
		if (is_ours(entry->d_name))
			sweep_one(dirfd(entries), entry->d_name);
	closedir(entries);
}

static int make_in(struct run_dir *dir, const char *parent)
{
	if (!parent || *parent != '/' || !run_dir_preloadable(parent))
		return -1;
	if (snprintf(dir->path, sizeof(dir->path), "%s/gsstap-%d-XXXXXX", parent, (int)getpid()) >=
	    (int)sizeof(dir->path))
		return -1;
	if (!mkdtemp(dir->path))
		return -1;
	dir->lock = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir->lock < 0)
		return -1;
	flock(dir->lock, LOCK_EX | LOCK_NB);
	sweep(parent);
	return geteuid() == 0 && chmod(dir->path, 0711) ? -1 : 0;
}

int run_dir_make(struct run_dir *dir)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (runtime && runtime_dir_fits(runtime) && has_room(runtime) && !make_in(dir, runtime))
		return 0;
	if (has_room("/dev/shm") && !make_in(dir, "/dev/shm"))
		return 0;
	if (!make_in(dir, getenv("TMPDIR")) || !make_in(dir, "/tmp"))
		return 0;
	tool_error(
		"no directory for temporary files: neither /dev/shm, TMPDIR nor /tmp can be written to: %s",
		strerror(errno));
	return -1;
}

int run_dir_put(const struct run_dir *dir, const char *name, const void *bytes, size_t len, unsigned mode,
		char path[PATH_MAX])
{
	int fd, failed;

	snprintf(path, PATH_MAX, "%s/%s", dir->path, name);
	if (!run_room_for(len)) {
		tool_error("%s: the file size limit (ulimit -f) leaves no room for it", path);
		return -1;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	failed = fd < 0 || file_write_all(fd, bytes, len) || fchmod(fd, mode);
	if (failed)
		tool_error("%s: cannot be written: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return failed ? -1 : 0;
}

void run_dir_remove(const struct run_dir *dir, const char *keep)
{
	if (dir->lock < 0)
		return;
	if (empty(dir->lock, keep))
		rmdir(dir->path);
	close(dir->lock);
}
