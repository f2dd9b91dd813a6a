/* SPDX-License-Identifier: MIT */
/* A collection's directory; see collection.h. libkrb5 opens `primary` and what begins with "tkt". */
#include "tools/doctor/collection.h"

#include "tools/base/list.h"

#include <dirent.h>
#include <errno.h>
#include <krb5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_opened(const char *name)
{
	return !strcmp(name, "primary") || !strncmp(name, "tkt", strlen("tkt"));
}

/* The first that is neither a file nor a directory, which libkrb5 cannot read. Or NULL. */
static char *irregular(const char *directory)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;
	struct stat about;
	char *path = NULL;

	while (entries && !path && (entry = readdir(entries))) {
		if (!is_opened(entry->d_name))
			continue;
		path = must_format("%s/%s", directory, entry->d_name);
		if (stat(path, &about) || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)) {
			free(path);
			path = NULL;
		}
	}
	if (entries)
		closedir(entries);
	return path;
}

/* The default of a collection that has no file `primary`: by this name libkrb5 makes none. */
static char *without_primary(const char *directory)
{
	char *primary = must_format("%s/primary", directory), *name = NULL;
	struct stat about;

	if (stat(primary, &about) && errno == ENOENT)
		name = must_format("DIR::%s/tkt", directory);
	free(primary);
	return name;
}

/* "DIR:/x" and "DIR::/x/tkt1" are in /x. NULL: no such name. */
static char *directory_of(const char *name)
{
	const char *end;

	if (strncmp(name, "DIR:", strlen("DIR:")))
		return NULL;
	name += strlen("DIR:");
	if (*name != ':')
		return must_strdup(name);
	end = strrchr(++name, '/');
	return must_format("%.*s", end == name ? 1 : end ? (int)(end - name) : 0, name);
}

char *probe_collection_name(const char *name, struct probe_file *file, int32_t *code)
{
	char *directory = directory_of(name), *in_the_way = NULL, *result = NULL;
	struct stat about;

	*code = 0;
	if (directory && stat(directory, &about) && (errno == ENOENT || errno == ENOTDIR)) {
		*code = KRB5_FCC_NOFILE;
	} else if (directory && (in_the_way = irregular(directory))) {
		*code = KRB5_CC_FORMAT;
		probe_file_look(file, in_the_way);
	} else if (directory && strncmp(name, "DIR::", strlen("DIR::"))) {
		result = without_primary(directory);
	}
	free(in_the_way);
	free(directory);
	return *code || result ? result : must_strdup(name);
}
