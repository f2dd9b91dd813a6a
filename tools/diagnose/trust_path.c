/* SPDX-License-Identifier: MIT */
/*
 * See trust_path.h. What was looked at is not what libkrb5 opens later, where somebody else can rename things
 * in between.
 */
#include "tools/diagnose/trust_path.h"

#include "tools/base/list.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool safe(const char *path)
{
	struct stat status;

	if (lstat(path, &status))
		return true; /* who can make it is told by its directory */
	if (status.st_uid && status.st_uid != geteuid())
		return false;
	if (!S_ISDIR(status.st_mode) || status.st_mode & S_ISVTX)
		return true;
	return !(status.st_mode & S_IWOTH) &&
	       (!(status.st_mode & S_IWGRP) || !status.st_gid || status.st_gid == getegid());
}

static bool all_safe(char *path)
{
	for (char *slash = strrchr(path, '/'); slash; slash = strrchr(path, '/')) {
		if (!safe(path))
			return false;
		*slash = 0;
	}
	return safe("/");
}

bool trust_path(const char *path)
{
	char *real = realpath(path, NULL), *given = must_strdup(path);
	bool is = all_safe(given) && (!real || all_safe(real));

	free(real);
	free(given);
	return is;
}
