/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a trace to be redacted, and what comes of it read again: nothing may crash, and what is
 * written has nothing wrong with it.
 */
#include "tools/redact/redact.h"
#include "tools/view/show.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *sink;

static void read_again(const char *path)
{
	struct show *show = show_new(SHOW_JSON, sink, false);

	if (!show || show_add(show, path) || show_poll(show, true) || show_problems(show))
		abort();
	show_free(show);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char in[64], out[64];
	static int from = -1, to;
	struct redact redact = {.names = names_new()};
	FILE *file;

	if (from < 0) {
		from = memfd_create("in", MFD_CLOEXEC);
		to = memfd_create("out", MFD_CLOEXEC);
		snprintf(in, sizeof(in), "/proc/self/fd/%d", from);
		snprintf(out, sizeof(out), "/proc/self/fd/%d", to);
		sink = fopen("/dev/null", "w");
		if (from < 0 || to < 0 || !sink)
			abort();
		stderr = sink; /* what is wrong with the input is of no interest */
	}
	if (!redact.names || ftruncate(from, 0) || ftruncate(to, 0) ||
	    pwrite(from, data, size, 0) != (ssize_t)size)
		abort();
	if (redact_learn(&redact, in) <= REDACT_DAMAGED) {
		file = fopen(out, "w");
		if (!file || redact_write(&redact, in, file) || fclose(file))
			abort();
		read_again(out);
	}
	names_free(redact.names);
	free(redact.room);
	return 0;
}
