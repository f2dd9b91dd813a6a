/* SPDX-License-Identifier: MIT */
/* See place.h. The kernel resolves directories; the last name is ours, since a link there is to stay one. */
#include "tools/kick/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINKS_MOST 40 /* as path_resolution(7) has it */

static int say(char *error, size_t size, const char *what)
{
	snprintf(error, size, "%s", what);
	return -1;
}

static int open_directory(int root, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* Where a link in the directory of path leads, in its place. 0, or -1 with errno. */
static int follow(const struct kick_place *place, char path[PATH_MAX])
{
	char target[PATH_MAX], next[2 * PATH_MAX];
	ssize_t n = readlinkat(place->directory, place->name, target, sizeof(target) - 1);
	size_t kept = (size_t)(strrchr(path, '/') - path) + 1;

	if (n < 0)
		return -1;
	target[n] = 0;
	snprintf(next, sizeof(next), "%.*s%s", *target == '/' ? 0 : (int)kept, path, target);
	if (strlen(next) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(path, next);
	return 0;
}

/* One step: what stands at path. 0, or -1 with errno and nothing to close. */
static int look(int root, const char *path, struct kick_place *place)
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];
	int saved;

	if (!slash[1] || strlen(slash + 1) > NAME_MAX) {
		errno = slash[1] ? ENAMETOOLONG : EISDIR;
		return -1;
	}
	snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path) + 1, path);
	strcpy(place->name, slash + 1);
	place->directory = open_directory(root, directory);
	if (place->directory < 0)
		return -1;
	if (!fstatat(place->directory, place->name, &place->status, AT_SYMLINK_NOFOLLOW))
		return 0;
	saved = errno;
	close(place->directory);
	errno = saved;
	return -1;
}

int kick_place_find(int root, const char *path, struct kick_place *place, char *error, size_t size)
{
	uid_t strangers = geteuid(); /* whose link it is, when it is neither root's nor ours */
	char at[PATH_MAX];
	int failed;

	if (snprintf(at, sizeof(at), "%s", path) >= (int)sizeof(at))
		return say(error, size, strerror(ENAMETOOLONG));
	for (int links = 0; links < LINKS_MOST; links++) {
		if (look(root, at, place))
			return say(error, size, strerror(errno));
		if (!S_ISLNK(place->status.st_mode)) {
			if (strangers == geteuid() || strangers == place->status.st_uid)
				return 0;
			close(place->directory);
			return say(error, size, "a link of another user leads there, and is not followed");
		}
		if (place->status.st_uid && place->status.st_uid != geteuid())
			strangers = place->status.st_uid;
		failed = follow(place, at);
		close(place->directory);
		if (failed)
			return say(error, size, strerror(errno));
	}
	return say(error, size, strerror(ELOOP));
}
