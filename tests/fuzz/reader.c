/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a trace: read whole, as a file that grows, and printed in both formats. Nothing may crash,
 * hang or grow without bound.
 */
#include "tools/view/show.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];

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
	return 0;
}
