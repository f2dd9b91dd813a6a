/* SPDX-License-Identifier: MIT */
/* A file of lines, read without the heap. */
#ifndef SHIM_AUTH_LINES_H
#define SHIM_AUTH_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct tap_lines {
	int fd;
	size_t at, count;
	char bytes[4096], line[1024];
};

/* False: it cannot be read, with errno. from: the directory, or AT_FDCWD. */
bool tap_lines_open(struct tap_lines *lines, int from, const char *path);
/* The next line, without its end; one that is too long is passed over. NULL: there is none. */
char *tap_lines_next(struct tap_lines *lines);
/* Nothing of it is left in memory. */
void tap_lines_close(struct tap_lines *lines);

#endif
