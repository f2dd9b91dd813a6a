/* SPDX-License-Identifier: MIT */
/*
 * A file that is written whole or not at all: beside the one it is to replace, with mode 0600, and renamed
 * when it is complete. What was there stays until then, and nobody who may read that can read what is
 * written.
 */
#ifndef TOOLS_OUT_FILE_H
#define TOOLS_OUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct out_file {
	FILE *file;
	char *path;	 /* to be replaced, links followed */
	char *temporary; /* NULL: what is at path is no regular file (/dev/null, a pipe), and is written to */
};

/* Returns 0, or -1 with errno. A signal that ends the process removes the temporary file; one at a time. */
int out_file_open(struct out_file *out, const char *path);

/* What was written takes its place; the file stays open. Returns 0, or -1 with errno. */
int out_file_keep(struct out_file *out);

/* Closes; removes what was not kept. Returns 0, or -1 with errno when what was kept could not be written. */
int out_file_close(struct out_file *out);

#endif
