/* SPDX-License-Identifier: MIT */
/*
 * Reads the hello file. Where a file size limit left a line no room in it, the line is what a symbolic link
 * beside it leads to: those have no size that counts. Who wrote all that is not trusted.
 */
#include "tools/run/hello.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void each_link(const char *hello_path, void (*take)(void *context, const char *line), void *context)
{
	char directory[PATH_MAX], line[1024];
	const char *name = strrchr(hello_path, '/') + 1;
	ssize_t length;
	DIR *files;

	snprintf(directory, sizeof(directory), "%.*s", (int)(name - hello_path), hello_path);
	files = opendir(directory);
	if (!files)
		return;
	for (struct dirent *file; (file = readdir(files));) {
		if (strncmp(file->d_name, name, strlen(name)) != 0)
			continue;
		length = readlinkat(dirfd(files), file->d_name, line, sizeof(line) - 1);
		if (length < 0)
			continue;
		line[length] = 0;
		take(context, line);
	}
	closedir(files);
}

void run_hello_each(const char *hello_path, void (*take)(void *context, const char *line), void *context)
{
	FILE *hello = fopen(hello_path, "re");
	char line[1024];

	while (hello && fgets(line, sizeof(line), hello)) {
		line[strcspn(line, "\n")] = 0;
		take(context, line);
	}
	if (hello)
		fclose(hello);
	each_link(hello_path, take, context);
}
