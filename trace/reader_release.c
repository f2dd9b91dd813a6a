/* SPDX-License-Identifier: MIT */
/*
 * Gives the space of what has been read back to the file system, for traces that nobody will read again:
 * those that `gsstap run` prints and then removes. The file keeps its length; what was read becomes a hole.
 *
 * Invariant: no page is given back in which a slot is still to be read, and none of the preamble, which is
 * rewritten.
 */
#include "trace/reader_private.h"

#include "trace/format.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096ull
#define KEPT (2u << 20)	   /* bytes at the end of the file that stay */
#define LEAST (256u << 10) /* bytes read since the last time, for it to be worth the calls */

struct range {
	uint64_t from, to;
};

static struct range range_of(const struct tr_run *run)
{
	uint64_t end = run->offset + (uint64_t)run->left * run->slot_size;

	return (struct range){run->offset / PAGE * PAGE, (end + PAGE - 1) / PAGE * PAGE};
}

static int by_place(const void *a, const void *b)
{
	const struct range *left = a, *right = b;

	return (left->from > right->from) - (left->from < right->from);
}

/* Where slots are still to be read. NULL: no memory. */
static struct range *live_ranges(const struct tr_source *source, size_t *count)
{
	size_t room = source->heap.count + 1;
	struct range *live;

	for (const struct tr_run *run = source->idle; run; run = run->next)
		room++;
	live = calloc(room, sizeof(*live));
	*count = 0;
	if (!live)
		return NULL;
	for (const struct tr_run *run = source->idle; run; run = run->next)
		live[(*count)++] = range_of(run);
	for (size_t i = 0; i < source->heap.count; i++)
		if (source->heap.nodes[i].run)
			live[(*count)++] = range_of(source->heap.nodes[i].run);
	qsort(live, *count, sizeof(*live), by_place);
	return live;
}

static void punch(int fd, uint64_t from, uint64_t to)
{
	/* A file system that cannot do it keeps the bytes, as all do without this. */
	if (to > from)
		(void)fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from,
				(off_t)(to - from));
}

static int open_same(const struct tr_map *map)
{
	int fd = open(map->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
	struct stat status;

	if (fd < 0 || (!fstat(fd, &status) && status.st_dev == map->device && status.st_ino == map->inode))
		return fd;
	close(fd);
	return -1;
}

/* The writer looks at what it wrote last, to see whether somebody cut the file under its hands (settle, in
 * writer_file.c). It is far less than this. */
static uint64_t end_of(const struct tr_source *source)
{
	uint64_t end = source->map.size > KEPT ? source->map.size - KEPT : 0;

	return (source->scanned < end ? source->scanned : end) / PAGE * PAGE;
}

void tr_source_release(struct tr_source *source)
{
	uint64_t from = TR_PREAMBLE, end = end_of(source);
	struct range *live;
	size_t count;
	int fd;

	if (!source->extents || source->scanned - source->released < LEAST)
		return;
	live = live_ranges(source, &count);
	fd = live ? open_same(&source->map) : -1;
	for (size_t i = 0; fd >= 0 && i < count && live[i].from < end; i++) {
		punch(fd, from, live[i].from);
		if (live[i].to > from)
			from = live[i].to;
	}
	if (fd >= 0) {
		punch(fd, from, end);
		close(fd);
	}
	free(live);
	source->released = source->scanned;
}
