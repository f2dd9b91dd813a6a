/* SPDX-License-Identifier: MIT */
/*
 * Paths: the last part of one, and the program that a name stands for.
 */
#ifndef TOOLS_BASE_PATH_H
#define TOOLS_BASE_PATH_H

#include <stddef.h>

/* What follows the last slash. */
const char *path_base(const char *path);

/*
 * Looks a program up as execvp does: a name with a slash is a path, another is looked for in list (NULL:
 * PATH), where an empty entry is the current directory. Returns 0 and its path, or the errno (ENOENT, EACCES
 * ...).
 */
int path_program(const char *name, const char *list, char *path, size_t size);

#endif
