/* SPDX-License-Identifier: MIT */
/*
 * The tail of a trace: pages beside it that hold more than the file has got yet (format.h, struct tr_bank).
 * They are put over the mapping of the file, so that nobody else needs to know. Only copies are, since the
 * writer uses its pages again: a page counts when it belongs to the same place before it was copied and
 * after.
 */
#include "trace/reader_private.h"
#include "trace/unconst.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096u
#define BANKS_MOST 64
#define NUMBER 4095u /* the bits of a place that are no offset */

static int open_tail(const char *path)
{
	const char *slash = strrchr(path, '/');
	int dir = slash ? (int)(slash + 1 - path) : 0, fd;
	char *name;

	if (asprintf(&name, "%.*s.%s.tail", dir, path, path + dir) < 0)
		return -1;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	free(name);
	return fd;
}

static bool read_at(int fd, void *to, size_t length, uint64_t at)
{
	return pread(fd, to, length, (off_t)at) == (ssize_t)length;
}

/* Puts one page over the mapping, out of a file in memory: tr_map_drop may give back what is mapped. */
static void put_over(const struct tr_map *map, const uint8_t page[PAGE], uint64_t offset)
{
	int fd = memfd_create("tail", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, page, PAGE) == PAGE)
		mmap(TR_UNCONST(map->at + offset), PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	if (fd >= 0)
		close(fd);
}

static bool take_bank(const struct tr_map *map, int fd, uint64_t at, uint64_t id)
{
	struct tr_bank bank;
	uint8_t page[PAGE];
	bool any = false;

	if (!read_at(fd, &bank, sizeof(bank), at) || bank.magic != TR_BANK_MAGIC || bank.id != id)
		return false;
	for (uint32_t i = 1; i < TR_BANK_PAGES; i++) {
		uint64_t place = bank.place[i], again = 0, offset = place & ~(uint64_t)NUMBER;

		if (!place || offset >= map->size || map->size - offset < PAGE)
			continue;
		if (!read_at(fd, &place, sizeof(place), at + offsetof(struct tr_bank, place[i])) ||
		    !read_at(fd, page, PAGE, at + (uint64_t)i * PAGE) ||
		    !read_at(fd, &again, sizeof(again), at + offsetof(struct tr_bank, place[i])) ||
		    place != bank.place[i] || again != place || !memcmp(page, map->at + offset, PAGE))
			continue;
		put_over(map, page, offset);
		any = true;
	}
	return any;
}

bool tr_tail_put_over(const struct tr_map *map)
{
	struct tr_id own;
	bool any = false;
	int fd;

	if (map->size < TR_PREAMBLE)
		return false;
	memcpy(&own, map->at + TR_ID_AT, sizeof(own));
	if (own.magic != TR_ID_MAGIC)
		return false;
	fd = open_tail(map->path);
	if (fd < 0)
		return false;
	for (uint64_t bank = 0; bank < BANKS_MOST; bank++)
		any |= take_bank(map, fd, bank * TR_BANK_PAGES * PAGE, own.id);
	close(fd);
	return any;
}
