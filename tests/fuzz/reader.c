/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a trace: read whole, as a file that grows, printed in both formats and handed on. Nothing may
 * crash, hang or grow without bound: an input of a few kilobytes that takes seconds of the processor's time
 * is a find.
 */
#include "tools/view/show.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MOST_S 4 /* under sanitizers, for all of it */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *sink;

static void print(const char *path, int fd, const uint8_t *data, size_t size, enum show_format format)
{
	struct show *show = show_new(format, sink, true);
	size_t first = size / 2;

	if (!show || ftruncate(fd, 0) || pwrite(fd, data, first, 0) != (ssize_t)first || show_add(show, path))
		abort();
	show_callers(show, true);
	show_poll(show, false);
	if (pwrite(fd, data + first, size - first, (off_t)first) != (ssize_t)(size - first))
		abort();
	show_poll(show, true);
	show_free(show);
}

static time_t spent(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];
	time_t before = spent();

	if (fd < 0) {
		fd = memfd_create("trace", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		sink = fopen("/dev/null", "w");
		if (fd < 0 || !sink)
			abort();
		/* Each input has something wrong with it, which is of no interest; sanitizers write to
		 * descriptor 2. */
		stderr = sink;
	}
	print(path, fd, data, size, SHOW_TEXT);
	print(path, fd, data, size, SHOW_JSON);
	print(path, fd, data, size, SHOW_PACKETS);
	if (spent() - before > MOST_S)
		abort();
	return 0;
}
