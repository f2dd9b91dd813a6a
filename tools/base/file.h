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
 * Puts a new content in the place of the file at path that `old` describes (all 0: of none), and of no other:
 * what has come to stand there meanwhile stays, and 1 is returned. Its owner, group, mode and access list are
 * kept, and a link to it stays one; a new file gets new_mode. On the disk when it returns 0; or -1 with one
 * sentence in error, which does not name path, and nothing has changed.
 */
int file_replace(const char *path, const struct stat *old, const void *bytes, size_t len, mode_t new_mode,
		 char *error, size_t size);

/* The same in an open directory, of a file that is there; no link is followed. */
int file_replace_same(int directory, const char *name, const struct stat *old, const void *bytes, size_t len,
		      char *error, size_t size);

/*
 * Who reads a file and replaces it by what he makes of it holds its folder meanwhile: others who do wait,
 * some seconds at most. A descriptor, which is to be closed, or -1: it cannot be opened. The second is of the
 * file that path, or a link there, leads to.
 */
int file_hold_folder(int directory, const char *folder);
int file_hold_beside(const char *path);

/* How often that is tried, each time with what came to stand there: of several who do it at the same time one
 * succeeds each time. */
#define FILE_TRIES 200
#define FILE_CHANGES "it becomes another one all the time"

#endif
