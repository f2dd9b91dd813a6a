/* SPDX-License-Identifier: MIT */
/*
 * See process.h. The environment is that which the program was executed with; one that writes over it, to
 * show a title in ps(1), has none that can be read.
 */
#include "tools/kick/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHIM "/libgsstap.so"
#define VARIABLE "GSSTAP_POLICY="

static FILE *open_part(int process, const char *name)
{
	int fd = openat(process, name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file && fd >= 0)
		close(fd);
	return file;
}

/* Is there a text in this part of it, which ends with `end`, for which the test holds? -1 with errno: it
 * cannot be read. *line is freed by the caller. */
static int find(int process, const char *name, int end, bool (*is)(const char *line), char **line)
{
	FILE *part = open_part(process, name);
	size_t room = 0;
	int found = 0;

	if (!part)
		return -1;
	errno = 0;
	while (!found && getdelim(line, &room, end, part) > 0)
		found = is(*line);
	if (!found && errno)
		found = -1;
	fclose(part);
	return found;
}

static bool is_variable(const char *line)
{
	return !strncmp(line, VARIABLE, strlen(VARIABLE)) && line[strlen(VARIABLE)];
}

static bool is_shim(const char *line)
{
	const char *at = strstr(line, SHIM);

	return at && strchr("\n ", at[strlen(SHIM)]);
}

/* Where a link of the process leads, with a slash behind it. */
static bool read_link(int process, const char *name, char out[PATH_MAX])
{
	ssize_t n = readlinkat(process, name, out, PATH_MAX - 2);

	if (n <= 0)
		return false;
	if (out[n - 1] != '/')
		out[n++] = '/';
	out[n] = 0;
	return true;
}

/* As the process has it, from its root. False: it has no such path. */
static bool make_absolute(int process, const char *given, char path[PATH_MAX])
{
	char root[PATH_MAX], here[PATH_MAX];
	const char *from = here;

	if (*given == '/')
		return snprintf(path, PATH_MAX, "%s", given) < PATH_MAX;
	if (!read_link(process, "root", root) || !read_link(process, "cwd", here))
		return false;
	if (!strncmp(here, root, strlen(root)))
		from += strlen(root) - 1;
	return snprintf(path, PATH_MAX, "%s%s", from, given) < PATH_MAX;
}

static int say(char *error, size_t size, const char *what)
{
	snprintf(error, size, "%s", what);
	return -1;
}

static int say_why(char *error, size_t size, const char *what)
{
	bool gone = errno == ENOENT || errno == ESRCH;

	snprintf(error, size, "%s%s", gone ? "there is no such process" : what, gone ? "" : strerror(errno));
	return -1;
}

static int find_policy(int process, const char *given, char path[PATH_MAX], struct kick_place *place,
		       char *error, size_t size)
{
	int root, failed;

	if (!make_absolute(process, given, path))
		return say(error, size, "where its policy is cannot be told");
	root = openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return say_why(error, size, "its root cannot be looked at: ");
	failed = kick_place_find(root, path, place, error, size);
	close(root);
	return failed;
}

static int policy_of(int process, char path[PATH_MAX], struct kick_place *place, char *error, size_t size)
{
	char *line = NULL, *map = NULL;
	int found = find(process, "environ", 0, is_variable, &line), status = -1;
	int shim = found > 0 ? find(process, "maps", '\n', is_shim, &map) : 0;

	if (found < 0 || shim < 0)
		say_why(error, size, "it cannot be looked at: ");
	else if (!found)
		say(error, size,
		    "it has no policy, and kick works through one: start it by gsstap run -p POLICY, or with "
		    "GSSTAP_POLICY as gsstap-policy(5) says under CHANGING A POLICY (or, where it has "
		    "written "
		    "over its environment, name the compiled policy instead of the process)");
	else if (!shim)
		say(error, size, "gsstap is not in it");
	else
		status = find_policy(process, line + strlen(VARIABLE), path, place, error, size);
	free(line);
	free(map);
	return status;
}

int kick_process_policy(pid_t pid, char path[PATH_MAX], struct kick_place *place, char *error, size_t size)
{
	char name[32];
	int process, status;

	*path = 0;
	snprintf(name, sizeof(name), "/proc/%d", (int)pid);
	process = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return say_why(error, size, "it cannot be looked at: ");
	status = policy_of(process, path, place, error, size);
	close(process);
	return status;
}

static bool runs_under(pid_t pid, const struct stat *file)
{
	char path[PATH_MAX], error[512];
	struct kick_place place;

	if (kick_process_policy(pid, path, &place, error, sizeof(error)))
		return false;
	close(place.directory);
	return place.status.st_dev == file->st_dev && place.status.st_ino == file->st_ino;
}

unsigned kick_process_count(const struct stat *file)
{
	DIR *all = opendir("/proc");
	struct dirent *entry;
	unsigned count = 0;

	while (all && (entry = readdir(all)))
		if (*entry->d_name >= '1' && *entry->d_name <= '9')
			count += runs_under((pid_t)strtol(entry->d_name, NULL, 10), file);
	if (all)
		closedir(all);
	return count;
}
