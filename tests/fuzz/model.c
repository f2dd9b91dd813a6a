/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a trace: read, brought into the model, and seen through its views. Nothing may crash, hang or
 * grow without bound.
 */
#include "tools/view/show.h"
#include "tools/view/timeline_choice.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void view(const char *path, FILE *sink, enum show_format format)
{
	static const struct timeline_choice narrow = {.columns = 100};
	struct show *show = show_new(format, sink, true);

	if (!show || show_add(show, path))
		abort();
	show_timeline(show, &narrow);
	show_poll(show, true);
	show_free(show);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];
	static FILE *sink;

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
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	view(path, sink, SHOW_SUMMARY_TEXT);
	view(path, sink, SHOW_SUMMARY_JSON);
	view(path, sink, SHOW_TIMELINE_TEXT);
	view(path, sink, SHOW_TIMELINE_JSON);
	return 0;
}
