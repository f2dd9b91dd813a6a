/* SPDX-License-Identifier: MIT */
/*
 * See running.h. A file is a trace when it has the id that the writer puts into one; its name is anybody's
 * choice. It must be found by the name that /proc gives it, which in another mount namespace is another file.
 */
#include "tools/extcap/running.h"

#include "tools/run/dir.h"
#include "trace/format.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_id(const char *path, const struct stat *opened)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;
	struct tr_id id = {0};

	if (fd < 0)
		return false;
	if (!fstat(fd, &status) && status.st_dev == opened->st_dev && status.st_ino == opened->st_ino &&
	    pread(fd, &id, sizeof(id), TR_ID_AT) != sizeof(id))
		id.magic = 0;
	close(fd);
	return id.magic == TR_ID_MAGIC;
}

/* Is descriptor `name` of the open directory of a process's descriptors a trace that it writes? */
static bool is_trace(int fds, const char *name, char path[PATH_MAX])
{
	struct stat link, opened;
	ssize_t length = readlinkat(fds, name, path, PATH_MAX - 1);

	if (length <= 0 || *path != '/')
		return false;
	path[length] = 0;
	/* The link has the rights that the file was opened with. */
	return !fstatat(fds, name, &link, AT_SYMLINK_NOFOLLOW) && link.st_mode & S_IWUSR &&
	       !fstatat(fds, name, &opened, 0) && S_ISREG(opened.st_mode) && opened.st_size >= TR_PREAMBLE &&
	       !run_dir_holds(path) && has_id(path, &opened);
}

static void look_into(pid_t pid, void (*found)(void *, pid_t, const char *), void *context)
{
	char name[32], path[PATH_MAX];
	DIR *fds;

	snprintf(name, sizeof(name), "/proc/%d/fd", (int)pid);
	fds = opendir(name);
	if (!fds)
		return;
	for (struct dirent *entry; (entry = readdir(fds));)
		if (is_trace(dirfd(fds), entry->d_name, path))
			found(context, pid, path);
	closedir(fds);
}

void running_traces(pid_t pid, void (*found)(void *context, pid_t pid, const char *path), void *context)
{
	DIR *processes = pid ? NULL : opendir("/proc");

	if (pid)
		look_into(pid, found, context);
	if (!processes)
		return;
	for (struct dirent *entry; (entry = readdir(processes));)
		if (isdigit((unsigned char)entry->d_name[0]))
			look_into((pid_t)atoi(entry->d_name), found, context);
	closedir(processes);
}
