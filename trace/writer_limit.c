/* SPDX-License-Identifier: MIT */
/*
 * How large a trace may become and how many of its files are kept: what the user asked for, and which files
 * there are by now. A file goes by its number in the template (writer_name.c), so that only ours are removed.
 */
#include "trace/limit.h"
#include "trace/writer_private.h"

#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

bool tr_limit_by_signal;
static uint64_t most_bytes;
static uint32_t most_files = TR_LIMIT_FILES;

static struct {
	int copy;
	uint32_t events;
} kept[TR_LIMIT_FILES]; /* a ring: the oldest is at `first` */
static uint32_t first, count;

bool tr_limit(const char *text)
{
	if (tr_limit_read(text, &most_bytes, &most_files, &tr_limit_by_signal))
		return true;
	most_bytes = 0;
	return false;
}

void tr_next_file(void)
{
	if (most_bytes)
		atomic_fetch_or(&tr_file_wants, TR_WANTS_FILE);
}

uint64_t tr_limit_bytes(void)
{
	return most_bytes;
}

void tr_limit_begins(int copy)
{
	kept[(first + count++) % TR_LIMIT_FILES].copy = copy;
}

int tr_limit_current(void)
{
	return count ? kept[(first + count - 1) % TR_LIMIT_FILES].copy : 0;
}

uint32_t tr_limit_ends(const char *path_template, uint32_t events)
{
	char path[PATH_MAX];
	uint32_t lost = 0;

	if (count)
		kept[(first + count - 1) % TR_LIMIT_FILES].events = events;
	for (; count && count >= most_files; first = (first + 1) % TR_LIMIT_FILES, count--) {
		lost += kept[first].events;
		if (tr_name(path_template, kept[first].copy, path, sizeof(path)))
			syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	}
	return lost;
}

void tr_limit_forget(void)
{
	first = count = 0;
}
