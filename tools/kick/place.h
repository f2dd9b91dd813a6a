/* SPDX-License-Identifier: MIT */
/*
 * Where a file is, as a process sees it: its root may be another than ours, and what leads there may belong
 * to somebody else. Found once, and then held by its directory: who turns a link round afterwards changes
 * nothing.
 */
#ifndef TOOLS_KICK_PLACE_H
#define TOOLS_KICK_PLACE_H

#include <limits.h>
#include <stddef.h>
#include <sys/stat.h>

struct kick_place {
	int directory;		 /* the owner closes it */
	char name[NAME_MAX + 1]; /* in it, and no link */
	struct stat status;
};

/*
 * The file at path, which is absolute, below the directory root. A link is followed where root, we or the
 * file's owner have made it. Returns 0, or -1 with a sentence in error; then there is nothing to close.
 */
int kick_place_find(int root, const char *path, struct kick_place *place, char *error, size_t size);

#endif
