/* SPDX-License-Identifier: MIT */
/*
 * The private directory of one `gsstap run`: the hello file, the policy compiled for this run, and without -o
 * the traces, which nobody keeps. It is removed when the process tree has ended.
 */
#ifndef TOOLS_RUN_DIR_H
#define TOOLS_RUN_DIR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct run_dir {
	char path[PATH_MAX - 256]; /* room for a file's name behind it */
	int lock; /* held while we live: what is not locked was left behind by a run that was killed */
};

/* Can ld.so take this path from LD_PRELOAD? A space or colon ends a name there, a $ begins an expansion. */
bool run_dir_preloadable(const char *path);

/* Is the file at this path in such a directory, by the directory's name? */
bool run_dir_holds(const char *path);

/*
 * Makes it in XDG_RUNTIME_DIR, /dev/shm, TMPDIR or /tmp, the first that is fit: memory rather than disk, and
 * a name LD_PRELOAD can carry. Mode 0700; for root 0711, so that a program that gives up root still reaches
 * its policy. Returns 0, or -1 after saying why.
 */
int run_dir_make(struct run_dir *dir);

/* Creates NAME in it and writes len bytes; mode as given. path gets where. Returns 0, or -1 after saying why.
 */
int run_dir_put(const struct run_dir *dir, const char *name, const void *bytes, size_t len, unsigned mode,
		char path[PATH_MAX]);

/* Removes its files (but not those whose names begin with keep, if any) and, when it is empty then, the
 * directory. */
void run_dir_remove(const struct run_dir *dir, const char *keep);

#endif
