/* SPDX-License-Identifier: MIT */
/*
 * See put.h. What is read is what is replaced: a policy that somebody else puts there meanwhile is read anew,
 * so that neither his change is lost nor the kick.
 */
#include "tools/kick/put.h"

#include "policy/compile.h"
#include "policy/image.h"
#include "tools/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct reader {
	struct pol_complaints complaints;
	char *error;
	size_t size;
};

static int say(char *error, size_t size, const char *what)
{
	snprintf(error, size, "%s", what);
	return -1;
}

static void complain(struct pol_complaints *complaints, const char *line)
{
	struct reader *reader = (struct reader *)complaints;

	say(reader->error, reader->size, line);
}

/* No pipe is waited at, and no link followed. */
static int open_file(const struct kick_place *place)
{
	return openat(place->directory, place->name,
		      O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
}

bool kick_is_policy(const struct kick_place *place)
{
	int fd = S_ISREG(place->status.st_mode) ? open_file(place) : -1;
	char magic[8];
	bool is = fd >= 0 && read(fd, magic, sizeof(magic)) == sizeof(magic) &&
		  pol_is_image(magic, sizeof(magic));

	if (fd >= 0)
		close(fd);
	return is;
}

static char *read_image(const struct kick_place *place, struct stat *status, char *error, size_t size)
{
	int fd = open_file(place);
	char *bytes = NULL;
	size_t have = 0;
	ssize_t n = 1;

	errno = fd < 0 ? errno : 0;
	if (fd >= 0 && !fstat(fd, status) && S_ISREG(status->st_mode) && status->st_size > 0 &&
	    status->st_size <= POL_IMAGE_MAX)
		bytes = malloc((size_t)status->st_size);
	while (bytes && n > 0 && have < (size_t)status->st_size) {
		n = read(fd, bytes + have, (size_t)status->st_size - have);
		have += n > 0 ? (size_t)n : 0;
	}
	if (!bytes)
		say(error, size, errno ? strerror(errno) : "it is no compiled policy");
	else if (have < (size_t)status->st_size) /* which its checksum tells */
		memset(bytes + have, 0, (size_t)status->st_size - have);
	if (fd >= 0)
		close(fd);
	return bytes;
}

/* 1: another policy was put there meanwhile. */
static int put_once(struct kick_place *place, const char *pattern, char *error, size_t size)
{
	struct reader reader = {{complain}, error, size};
	void *old = read_image(place, &place->status, error, size), *new = NULL;
	size_t len;
	struct pol pol;
	int status = -1;

	if (!old)
		return -1;
	if (pol_open(&pol, old, (size_t)place->status.st_size))
		say(error, size, pol.broken);
	else if (!pol_add_kick(&pol, &pol, pattern, (uint32_t)time(NULL), &new, &len, &reader.complaints))
		status = file_replace_same(place->directory, place->name, &place->status, new, len, error,
					   size);
	free(new);
	free(old);
	return status;
}

int kick_put(struct kick_place *place, const char *pattern, char *error, size_t size)
{
	int status = 1, held = file_hold_folder(place->directory, ".");

	for (int i = 0; status > 0 && i < FILE_TRIES; i++)
		status = put_once(place, pattern, error, size);
	if (held >= 0)
		close(held);
	if (status > 0)
		return say(error, size, FILE_CHANGES);
	if (!status && fstatat(place->directory, place->name, &place->status, AT_SYMLINK_NOFOLLOW))
		place->status = (struct stat){0}; /* it was put there, and is gone again */
	return status;
}
