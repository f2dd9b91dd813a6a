/* SPDX-License-Identifier: MIT */
/*
 * A trace in memory. No descriptor is kept, so that a thousand processes can be followed; the path is looked
 * at again instead, and a different file under the same name is left alone.
 *
 * When somebody cuts a file that is mapped, reading past its new end raises SIGBUS. The handler here puts
 * zeros there, which read as "nothing was written"; a SIGBUS anywhere else is none of ours and does what it
 * did before.
 */
#include "trace/reader_private.h"
#include "trace/unconst.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u
#define DROP_STEP (8u << 20) /* bytes: a system call each is not felt */
#define DROP_AGAIN (256u << 20)

static struct tr_map *maps;
static struct sigaction before;

static void on_bus_error(int signal_number, siginfo_t *info, void *context)
{
	uintptr_t fault = (uintptr_t)info->si_addr;

	(void)context;
	for (const struct tr_map *map = maps; map; map = map->next) {
		uintptr_t start = (uintptr_t)map->at;

		if (fault - start < map->mapped &&
		    mmap((void *)(fault & ~(uintptr_t)(PAGE - 1)), PAGE, PROT_READ,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED)
			return;
	}
	sigaction(signal_number, &before,
		  NULL); /* the access is repeated, and ends as it would have without us */
}

static void guard(void)
{
	struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO}, now;

	if (!sigaction(SIGBUS, NULL, &now) && now.sa_sigaction != on_bus_error)
		sigaction(SIGBUS, &action, &before);
}

static const char *map_file(struct tr_map *map, int fd, uint64_t size)
{
	void *at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return strerror(errno);
	if (map->at)
		munmap(TR_UNCONST(map->at), map->mapped);
	map->at = at;
	map->size = map->mapped = size;
	return NULL;
}

static uint64_t size_of(const struct tr_map *map, const struct stat *status)
{
	return (uint64_t)status->st_size < map->most ? (uint64_t)status->st_size : map->most;
}

static const char *unfit(const struct stat *status)
{
	if (S_ISREG(status->st_mode))
		return NULL;
	if (S_ISDIR(status->st_mode))
		return "is a directory";
	return "is not a regular file: a trace is read in place, so write it to a file first";
}

const char *tr_map_open(struct tr_map *map, const char *path, uint64_t most)
{
	struct stat status;
	const char *why = NULL;
	int fd;

	map->most = most;
	/* A pipe without a writer must not hold us up before we can say that it is one. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return strerror(errno);
	if (fstat(fd, &status))
		why = strerror(errno);
	if (!why)
		why = unfit(&status);
	if (!why && status.st_size)
		why = map_file(map, fd, size_of(map, &status));
	close(fd);
	if (why)
		return why;
	map->path = strdup(path);
	if (!map->path)
		return strerror(ENOMEM);
	map->device = status.st_dev;
	map->inode = status.st_ino;
	map->next = maps;
	maps = map;
	guard();
	map->tailed = map->at && tr_tail_put_over(map);
	return NULL;
}

void tr_map_refresh(struct tr_map *map)
{
	struct stat status;
	int fd;

	if (stat(map->path, &status) || status.st_dev != map->device || status.st_ino != map->inode ||
	    size_of(map, &status) < map->size)
		return;
	if (size_of(map, &status) == map->size && !map->tailed) {
		map->tailed = map->at && tr_tail_put_over(map);
		return;
	}
	fd = open(map->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	if (!fstat(fd, &status) && status.st_dev == map->device && status.st_ino == map->inode &&
	    S_ISREG(status.st_mode) && size_of(map, &status) >= map->size &&
	    !map_file(map, fd, size_of(map, &status)))
		map->tailed = tr_tail_put_over(map);
	close(fd);
}

void tr_map_drop(struct tr_map *map, uint64_t upto)
{
	uint64_t from;

	upto &= ~(uint64_t)(PAGE - 1);
	if (upto < map->dropped + DROP_STEP || upto > map->mapped)
		return;
	/*
	 * Blocks in there that are still to be read come back from the page cache, and bring their neighbours
	 * along: so a range is given back more than once.
	 */
	from = upto > DROP_AGAIN ? upto - DROP_AGAIN : 0;
	madvise(TR_UNCONST(map->at + from), upto - from, MADV_DONTNEED);
	map->dropped = upto;
}

static bool has_data(int fd, off_t at, off_t end)
{
	static const uint8_t zeros[65536];
	static uint8_t bytes[sizeof(zeros)];
	ssize_t n = 1;

	for (; at < end && n > 0; at += n) {
		n = pread(fd, bytes, end - at < (off_t)sizeof(bytes) ? (size_t)(end - at) : sizeof(bytes),
			  at);
		if (n > 0 && memcmp(bytes, zeros, (size_t)n))
			return true;
	}
	return false;
}

/* Or -1: it is another file by now. */
static int open_again(const struct tr_map *map)
{
	int fd = open(map->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0 || (!fstat(fd, &status) && status.st_dev == map->device && status.st_ino == map->inode))
		return fd;
	close(fd);
	return -1;
}

static bool next_data(const struct tr_map *map, int fd, off_t *at, off_t *end)
{
	if (*at >= (off_t)map->size || (*at = lseek(fd, *at, SEEK_DATA)) < 0)
		return false;
	*end = lseek(fd, *at, SEEK_HOLE);
	if (*end > (off_t)map->size)
		*end = (off_t)map->size;
	return *end > *at;
}

bool tr_map_next_data(const struct tr_map *map, uint64_t *at, uint64_t *end)
{
	int fd = open_again(map);
	off_t from = (off_t)*at, to;
	bool any = fd >= 0 && next_data(map, fd, &from, &to);

	if (fd >= 0)
		close(fd);
	if (any) {
		*at = (uint64_t)from;
		*end = (uint64_t)to;
	}
	return any;
}

bool tr_map_has_data(const struct tr_map *map, uint64_t offset)
{
	int fd = open_again(map);
	bool any = false;

	if (fd < 0)
		return false;
	for (off_t at = (off_t)offset, end; !any && next_data(map, fd, &at, &end); at = end)
		any = has_data(fd, at, end);
	close(fd);
	return any;
}

void tr_map_close(struct tr_map *map)
{
	struct tr_map **link = &maps;

	while (*link && *link != map)
		link = &(*link)->next;
	if (*link)
		*link = map->next;
	if (map->at)
		munmap(TR_UNCONST(map->at), map->mapped);
	free(map->path);
	memset(map, 0, sizeof(*map));
}
