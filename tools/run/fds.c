/* SPDX-License-Identifier: MIT */
/*
 * Gives up the descriptors that are PROGRAM's. Closes nothing that was opened since.
 */
#include "tools/run/fds.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int *noted;
static size_t count;

void run_fds_note(void)
{
	DIR *open_now = opendir("/proc/self/fd");

	if (!open_now)
		return;
	for (struct dirent *entry; (entry = readdir(open_now));) {
		int fd = atoi(entry->d_name), *more;

		if (*entry->d_name == '.' || fd == dirfd(open_now) || fd == STDERR_FILENO)
			continue;
		more = reallocarray(noted, count + 1, sizeof(*noted));
		if (!more)
			break;
		noted = more;
		noted[count++] = fd;
	}
	closedir(open_now);
}

void run_fds_release(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < count; i++) {
		if (noted[i] > STDERR_FILENO)
			close(noted[i]);
		else if (null >= 0)
			dup2(null, noted[i]);
	}
	if (null > STDERR_FILENO)
		close(null);
	free(noted);
	noted = NULL;
	count = 0;
}
