/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a trace: its handshakes gathered, joined and asked about, and the findings printed in both
 * formats. Nothing may crash, hang or grow without bound. Nothing of this system is
 * looked at.
 */
#include "tools/diagnose/local.h"
#include "tools/view/show.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MOST_S 4 /* under sanitizers, for both formats */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void view(const char *path, FILE *sink, enum show_format format)
{
	struct show *show = show_new(format, sink, true);

	if (!show || show_add(show, path))
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
	static FILE *sink;
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
		local_nowhere();
	}
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	view(path, sink, SHOW_DOCTOR_TEXT);
	view(path, sink, SHOW_DOCTOR_JSON);
	if (spent() - before > MOST_S)
		abort();
	return 0;
}
