/* SPDX-License-Identifier: MIT */
/*
 * See path.h. What is no regular file is no program: a directory of that name is passed over.
 */
#include "tools/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int try_file(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return errno;
	if (!S_ISREG(status.st_mode))
		return EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) ? errno : 0;
}

int path_program(const char *name, const char *list, char *path, size_t size)
{
	const char *search = list ? list : getenv("PATH");
	int found = ENOENT;

	if (!*name)
		return ENOENT;
	if (strchr(name, '/')) {
		if (snprintf(path, size, "%s", name) >= (int)size)
			return ENAMETOOLONG;
		return try_file(path);
	}
	if (!search)
		search = "/bin:/usr/bin";
	for (const char *at = search, *end;; at = end + 1) {
		int error;

		end = strchrnul(at, ':');
		/* An empty entry is the current directory. */
		error = snprintf(path, size, "%.*s%s%s", (int)(end - at), at, end > at ? "/" : "./", name) <
					(int)size
				? try_file(path)
				: ENAMETOOLONG;
		if (!error)
			return 0;
		if (error == EACCES)
			found = EACCES;
		if (!*end)
			return found;
	}
}
