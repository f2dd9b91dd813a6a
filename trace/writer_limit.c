/* SPDX-License-Identifier: MIT */
/*
 * How large a trace may become and how many of its files are kept: what the user asked for, and which files
 * there are by now. A file goes by its number in the template (writer_name.c) and its inode, so that only
 * ours are removed; what it held and what it said was lost is handed on.
 */
#include "trace/limit.h"
#include "trace/writer_private.h"

#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

bool tr_limit_by_signal;
static uint64_t most_bytes;
static uint32_t most_files = TR_LIMIT_FILES;

static struct kept {
	int copy;
	dev_t device;
	ino_t inode;
	uint32_t events;
	uint32_t told[TR_DROPS]; /* what it says was lost */
} kept[TR_LIMIT_FILES];		 /* a ring: the oldest is at `first` */
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

static struct kept *newest(void)
{
	return &kept[(first + count - 1) % TR_LIMIT_FILES];
}

void tr_limit_begins(int copy, const struct stat *st)
{
	count++;
	*newest() = (struct kept){.copy = copy, .device = st->st_dev, .inode = st->st_ino};
}

int tr_limit_current(void)
{
	return count ? newest()->copy : 0;
}

/* One that somebody has taken away is his, and what has its name now may be another one. */
static bool remove_file(const char *path_template, const struct kept *file)
{
	static char path[PATH_MAX]; /* the file's lock is held */
	struct stat st;

	return tr_name(path_template, file->copy, path, sizeof(path)) && !stat(path, &st) &&
	       st.st_dev == file->device && st.st_ino == file->inode &&
	       !syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

void tr_limit_ends(const char *path_template, uint32_t events, uint32_t lost[TR_DROPS])
{
	if (!count)
		return;
	newest()->events = events;
	memcpy(newest()->told, lost, sizeof(newest()->told));
	memset(lost, 0, sizeof(newest()->told));
	for (; count && count >= most_files; first = (first + 1) % TR_LIMIT_FILES, count--) {
		if (!remove_file(path_template, &kept[first]))
			continue;
		lost[TR_DROP_OLD] += kept[first].events;
		for (int why = 0; why < TR_DROPS; why++)
			lost[why] += kept[first].told[why];
	}
}

void tr_limit_forget(void)
{
	first = count = 0;
}
