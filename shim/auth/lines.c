/* SPDX-License-Identifier: MIT */
/* See lines.h. */
#include "shim/auth/lines.h"

#include "shim/core/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

bool tap_lines_open(struct tap_lines *lines, int from, const char *path)
{
	struct stat st;

	lines->at = lines->count = 0;
	lines->fd = -1;
	errno = EPERM;
	if (tap_is_death(TAP_DEATH_FILES))
		return false;
	/* Nobody waits for who writes to a pipe. */
	lines->fd = (int)syscall(SYS_openat, from, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (lines->fd < 0)
		return false;
	if (!fstat(lines->fd, &st) && S_ISREG(st.st_mode))
		return true;
	tap_lines_close(lines);
	errno = EINVAL;
	return false;
}

/* -1: there is none. */
static int next_byte(struct tap_lines *lines)
{
	ssize_t n;

	if (lines->at == lines->count) {
		n = syscall(SYS_read, lines->fd, lines->bytes, sizeof(lines->bytes));
		if (n <= 0)
			return -1;
		lines->at = 0;
		lines->count = (size_t)n;
	}
	return (unsigned char)lines->bytes[lines->at++];
}

char *tap_lines_next(struct tap_lines *lines)
{
	for (;;) {
		size_t length = 0;
		int byte = next_byte(lines);

		if (byte < 0)
			return NULL;
		for (; byte >= 0 && byte != '\n'; byte = next_byte(lines), length++)
			if (length < sizeof(lines->line))
				lines->line[length] = (char)byte;
		if (length >= sizeof(lines->line))
			continue;
		lines->line[length] = 0;
		if (length && lines->line[length - 1] == '\r')
			lines->line[length - 1] = 0;
		return lines->line;
	}
}

void tap_lines_close(struct tap_lines *lines)
{
	if (lines->fd >= 0)
		syscall(SYS_close, lines->fd);
	lines->fd = -1;
	explicit_bzero(lines->bytes, sizeof(lines->bytes));
	explicit_bzero(lines->line, sizeof(lines->line));
}
