/* SPDX-License-Identifier: MIT */
/*
 * Files that are written whole: all bytes or an error, and a file that others read replaced so that nobody
 * ever sees half of one.
 */
#ifndef TOOLS_BASE_FILE_H
#define TOOLS_BASE_FILE_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Writes all of it. Returns 0, or -1 with errno. */
int file_write_all(int fd, const void *bytes, size_t len);

/*
 * Puts a new content at path by rename, on the disk when it returns. Of a file that is there owner, group,
 * mode and access list are kept, and a link to it stays one; a new file gets new_mode. Returns 0, or -1 with
 * one sentence in error, which does not name path; nothing has changed then.
 */
int file_replace(const char *path, const void *bytes, size_t len, mode_t new_mode, char *error, size_t size);

/*
 * The same of the file that `old` describes, in an open directory, and of no other: what has come to stand
 * there meanwhile, also a link, stays, and 1 is returned.
 */
int file_replace_same(int directory, const char *name, const struct stat *old, const void *bytes, size_t len,
		      char *error, size_t size);

#endif
