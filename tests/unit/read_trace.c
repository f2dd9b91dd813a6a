/* SPDX-License-Identifier: MIT */
/*
 * See read_trace.h. A reader's reports go to one place, so only one reader is in use at a time.
 */
#include "tests/unit/read_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char trace_directory[] = "/tmp/gsstap-reader-XXXXXX";
char trace_file[64], other_file[64];
char reader_told[512];

int trace_files_make(void **state)
{
	(void)state;
	if (!mkdtemp(trace_directory))
		return -1;
	snprintf(trace_file, sizeof(trace_file), "%s/a.pcapng", trace_directory);
	snprintf(other_file, sizeof(other_file), "%s/b.pcapng", trace_directory);
	return 0;
}

int trace_files_remove(void **state)
{
	(void)state;
	unlink(trace_file);
	unlink(other_file);
	return rmdir(trace_directory);
}

static void keep_report(void *context, const char *text)
{
	(void)context;
	snprintf(reader_told, sizeof(reader_told), "%s", text);
}

struct tr_reader *reader_on(const char *file)
{
	struct tr_reader *reader = tr_reader_new(keep_report, NULL);

	reader_told[0] = 0;
	assert_non_null(reader);
	tr_reader_add(reader, file);
	return reader;
}

struct tr_reader *reader_of(const struct image *image)
{
	struct tr_reader *reader;

	image_write(image, trace_file);
	reader = reader_on(trace_file);
	tr_reader_finish(reader);
	return reader;
}

size_t read_all(const char *file, uint64_t seqs[READ_MOST])
{
	struct tr_reader *reader = reader_on(file);
	struct tr_event event;
	size_t count = 0;

	tr_reader_finish(reader);
	while (tr_reader_next(reader, UINT64_MAX, &event)) {
		if (count < READ_MOST)
			seqs[count] = event.head.seq;
		count++;
	}
	tr_reader_free(reader);
	return count;
}
