/* SPDX-License-Identifier: MIT */
/*
 * The tail: pages that the kernel keeps when the process is killed, for events that come faster than they are
 * worth a system call each. It is a file of ours beside the trace, mapped shared, under a hidden name and
 * with mode 0400: whoever cuts or rotates traces does not meet it. Its bytes are on the disk before they are
 * mapped, so that a full disk is an error here and no SIGBUS. It is made when it is first needed.
 */
#include "trace/writer_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define BANKS 64 /* 16 MB: pages for hundreds of threads */

static struct {
	char path[PATH_MAX + 8];
	bool made, removed;
	uint8_t *banks[BANKS];
	int count;
	uint32_t used;			/* pages of the last bank */
	uint8_t *free[TR_RUN_MOST + 1]; /* runs of that many pages, linked by their first word */
} tail;

static bool name_it(const char *trace_path)
{
	const char *slash = strrchr(trace_path, '/');
	size_t dir = slash ? (size_t)(slash + 1 - trace_path) : 0, base = strlen(trace_path + dir);

	if (dir + base + sizeof("..tail") > sizeof(tail.path))
		return false;
	memcpy(tail.path, trace_path, dir);
	tail.path[dir] = '.';
	memcpy(tail.path + dir + 1, trace_path + dir, base);
	memcpy(tail.path + dir + 1 + base, ".tail", sizeof(".tail"));
	return true;
}

static int open_tail(void)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;
	int fd;

	if (tail.made) {
		/* Its mode keeps others from writing to it, and us. */
		syscall(SYS_fchmodat, AT_FDCWD, tail.path, 0600);
		fd = (int)syscall(SYS_openat, AT_FDCWD, tail.path, flags);
		syscall(SYS_fchmodat, AT_FDCWD, tail.path, 0400);
		return fd;
	}
	/* What is there was left by a process whose trace is gone. */
	fd = (int)syscall(SYS_openat, AT_FDCWD, tail.path, flags | O_CREAT | O_EXCL, 0400);
	if (fd < 0 && errno == EEXIST && !syscall(SYS_unlinkat, AT_FDCWD, tail.path, 0))
		fd = (int)syscall(SYS_openat, AT_FDCWD, tail.path, flags | O_CREAT | O_EXCL, 0400);
	tail.made = fd >= 0;
	return fd;
}

/* Zeros, so that the disk has space for what is stored there later. */
static bool fill(int fd, uint64_t at)
{
	static uint8_t zeros[TR_PAGE];
	static struct iovec parts[TR_BANK_PAGES];

	for (int i = 0; i < TR_BANK_PAGES; i++)
		parts[i] = (struct iovec){zeros, sizeof(zeros)};
	return syscall(SYS_pwritev, fd, parts, TR_BANK_PAGES, (long)at, 0L) == TR_BANK_PAGES * TR_PAGE;
}

static bool add_bank(const char *trace_path, uint64_t id)
{
	const uint64_t at = (uint64_t)tail.count * TR_BANK_PAGES * TR_PAGE, size = TR_BANK_PAGES * TR_PAGE;
	const struct tr_bank head = {.magic = TR_BANK_MAGIC, .id = id};
	struct rlimit limit;
	void *map = MAP_FAILED;
	int fd;

	if (tail.count == BANKS || (!tail.made && !name_it(trace_path)))
		return false;
	if (!getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur != RLIM_INFINITY && at + size > limit.rlim_cur)
		return false;
	fd = open_tail();
	if (fd < 0)
		return false;
	if (fill(fd, at))
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)at);
	else
		syscall(SYS_ftruncate, fd, (off_t)at);
	syscall(SYS_close, fd);
	if (map == MAP_FAILED)
		return false;
	madvise(map, size, MADV_DONTFORK);
	memcpy(map, &head, sizeof(head));
	tail.banks[tail.count++] = map;
	tail.used = 1;
	return true;
}

uint8_t *tr_tail_take(const char *trace_path, uint64_t id, uint32_t pages)
{
	uint8_t *run = tail.free[pages];

	if (tail.removed)
		return NULL;
	if (run) {
		memcpy(&tail.free[pages], run, sizeof(run));
		return run;
	}
	if ((!tail.count || tail.used + pages > TR_BANK_PAGES) && !add_bank(trace_path, id))
		return NULL;
	run = tail.banks[tail.count - 1] + tail.used * TR_PAGE;
	tail.used += pages;
	madvise(run, pages * TR_PAGE, MADV_POPULATE_WRITE);
	return run;
}

void tr_tail_give_back(uint8_t *run, uint32_t pages)
{
	tr_tail_place(run, pages, TR_NOWHERE);
	memcpy(run, &tail.free[pages], sizeof(run));
	tail.free[pages] = run;
}

static struct tr_bank *bank_of(const uint8_t *run)
{
	for (int i = 0; i < tail.count; i++)
		if ((size_t)(run - tail.banks[i]) < (size_t)TR_BANK_PAGES * TR_PAGE)
			return (struct tr_bank *)(void *)tail.banks[i];
	return NULL;
}

void tr_tail_place(uint8_t *run, uint32_t pages, uint64_t place)
{
	static uint32_t turns;
	struct tr_bank *bank = bank_of(run);
	uint32_t first = bank ? (uint32_t)((run - (uint8_t *)bank) / TR_PAGE) : 0;

	/* A reader that copies a page looks at this word before and after. */
	turns = turns % 4095 + 1;
	for (uint32_t i = 0; bank && i < pages; i++)
		__atomic_store_n(&bank->place[first + i],
				 place == TR_NOWHERE ? 0 : place + i * TR_PAGE + turns, __ATOMIC_SEQ_CST);
}

void tr_tail_remove(void)
{
	if (tail.made && !tail.removed)
		syscall(SYS_unlinkat, AT_FDCWD, tail.path, 0);
	tail.removed = true;
}

void tr_tail_move(const char *trace_path)
{
	static char before[sizeof(tail.path)];

	for (int i = 0; i < tail.count; i++)
		memset(((struct tr_bank *)(void *)tail.banks[i])->place, 0,
		       sizeof(((struct tr_bank *)NULL)->place));
	if (!tail.made || tail.removed)
		return;
	memcpy(before, tail.path, sizeof(before));
	if (name_it(trace_path))
		syscall(SYS_renameat2, AT_FDCWD, before, AT_FDCWD, tail.path, 0);
}

void tr_tail_renew(void)
{
	for (uint32_t pages = 1; pages <= TR_RUN_MOST; pages++)
		for (uint8_t *run = tail.free[pages], *next; run; run = next) {
			memcpy(&next, run, sizeof(next));
			munmap(run, pages * TR_PAGE);
		}
	for (int i = 0; i < tail.count; i++)
		munmap(tail.banks[i], TR_PAGE);
	if (tail.count)
		munmap(tail.banks[tail.count - 1] + tail.used * TR_PAGE,
		       (TR_BANK_PAGES - tail.used) * TR_PAGE);
	tr_tail_forget();
}

void tr_tail_forget(void)
{
	memset(&tail, 0, sizeof(tail));
}
