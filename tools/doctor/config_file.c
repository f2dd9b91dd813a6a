/* SPDX-License-Identifier: MIT */
/*
 * Looks at one krb5.conf; see config_file.h.
 *
 * libkrb5 says that a file is malformed, not where. It is asked about beginnings of the file, in a file in
 * memory: the shortest that it does not take ends with the line that is wrong. The text is never understood
 * by us.
 */
#include "tools/doctor/config_file.h"

#include "tools/base/file.h"
#include "tools/base/list.h"

#include <fcntl.h>
#include <profile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FILE_MAX (1 << 20)

static long parse(const char *path)
{
	profile_t profile = NULL;
	long code = profile_init_path(path, &profile);

	if (!code)
		profile_release(profile);
	return code;
}

static bool takes(const char *text, size_t length)
{
	int fd = memfd_create("krb5.conf", MFD_CLOEXEC);
	bool taken = true;
	char path[64];

	if (fd < 0)
		return true;
	/* This process's: /proc/self would do, but libkrb5 compares paths to share what it has read. */
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fd);
	if (!file_write_all(fd, text, length))
		taken = !parse(path);
	close(fd);
	return taken;
}

/* Where the line with this number ends. */
static size_t end_of_line(const char *text, size_t length, unsigned line)
{
	const char *at = text, *end = text + length;

	while (line-- && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at = newline ? newline + 1 : end;
	}
	return (size_t)(at - text);
}

static unsigned wrong_line(const char *text, size_t length)
{
	unsigned good = 0, bad = 1;

	for (size_t i = 0; i < length; i++)
		bad += text[i] == '\n';
	if (takes(text, length)) /* something else about it, such as where it includes from */
		return 0;
	while (bad - good > 1) {
		unsigned middle = good + (bad - good) / 2;

		if (takes(text, end_of_line(text, length, middle)))
			good = middle;
		else
			bad = middle;
	}
	return bad;
}

static unsigned find_line(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = must_calloc(1, FILE_MAX);
	size_t length = 0;
	ssize_t got = 1;
	unsigned line;

	while (fd >= 0 && got > 0 && length < FILE_MAX) {
		got = read(fd, text + length, FILE_MAX - length);
		length += got > 0 ? (size_t)got : 0;
	}
	line = length ? wrong_line(text, length) : 0;
	if (fd >= 0)
		close(fd);
	free(text);
	return line;
}

void probe_config_file_look(struct probe_config_file *file, const char *path)
{
	*file = (struct probe_config_file){0};
	probe_file_look(&file->file, path);
	if (file->file.error || !file->file.regular)
		return;
	file->code = (int32_t)parse(path);
	if (!file->code)
		return;
	file->text = probe_message(NULL, file->code);
	file->line = find_line(path);
}

void probe_config_file_free(struct probe_config_file *file)
{
	probe_file_free(&file->file);
	free(file->text);
}
