/* SPDX-License-Identifier: MIT */
/*
 * See file.h.
 */
#include "tools/out/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *volatile leftover; /* what a signal has to remove */

static void on_signal(int number)
{
	if (leftover)
		unlink(leftover);
	raise(number); /* SA_RESETHAND: now it ends us */
}

static void watch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}, before;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!sigaction(numbers[i], NULL, &before) && before.sa_handler == SIG_DFL)
			sigaction(numbers[i], &action, NULL);
}

/* A file beside out->path. */
static int open_beside(struct out_file *out)
{
	int fd;

	if (asprintf(&out->temporary, "%s.XXXXXX", out->path) < 0) {
		out->temporary = NULL;
		errno = ENOMEM;
		return -1;
	}
	fd = mkostemp(out->temporary, O_CLOEXEC); /* mode 0600, whatever the umask */
	if (fd >= 0) {
		leftover = out->temporary;
		watch_signals();
	}
	return fd;
}

int out_file_open(struct out_file *out, const char *path)
{
	struct stat status;
	int fd, saved;

	*out = (struct out_file){.path = realpath(path, NULL)};
	if (!out->path && errno == ENOENT)
		out->path = strdup(path);
	if (!out->path)
		return -1;
	if (!stat(out->path, &status) && !S_ISREG(status.st_mode))
		fd = open(out->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	else
		fd = open_beside(out);
	out->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (out->file)
		return 0;
	saved = errno;
	out_file_close(out);
	errno = saved;
	return -1;
}

int out_file_keep(struct out_file *out)
{
	if (!out->temporary)
		return 0;
	if (fflush(out->file) || rename(out->temporary, out->path))
		return -1;
	leftover = NULL;
	free(out->temporary);
	out->temporary = NULL;
	return 0;
}

int out_file_close(struct out_file *out)
{
	int failed = out->file && fclose(out->file), saved = errno;

	if (out->temporary && leftover)
		unlink(out->temporary);
	leftover = NULL;
	free(out->temporary);
	free(out->path);
	*out = (struct out_file){0};
	errno = saved;
	return failed ? -1 : 0;
}
