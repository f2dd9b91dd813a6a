/* SPDX-License-Identifier: MIT */
/*
 * The name of a trace and the descriptor by which it is written. Both are the host's to take away: it closes
 * descriptors that it does not know, and others rename files.
 */
#include "trace/writer_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* A descriptor out of the host's way: as high as the limit allows, so that the next open gives the host what
 * it would have got without us. */
static int move_high(int fd)
{
	struct rlimit limit;
	long most = !getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < 65536 ? (long)limit.rlim_cur
										: 65536,
	     high = -1;

	for (long from = most - 1; from > fd && from > most - 64 && high < 0; from--)
		high = syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, from);
	if (high < 0)
		return fd;
	syscall(SYS_close, fd);
	return (int)high;
}

static int open_at(const char *path, int flags)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY,
			    0600);
}

int tr_file_make(const char *path_template, int *copy, char path[PATH_MAX])
{
	const int last = *copy + 1000;
	int fd = -1;

	for (; fd < 0 && *copy < last; ++*copy) {
		if (!tr_name(path_template, *copy, path, PATH_MAX)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = open_at(path, O_CREAT | O_EXCL);
		if (fd < 0 && errno != EEXIST)
			return -1;
	}
	--*copy;
	return fd < 0 ? -1 : move_high(fd);
}

void tr_file_unmake(int fd, const char *path)
{
	syscall(SYS_close, fd);
	syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

/*
 * Asked before every write. Who was told the times of a file makes its next write note a finer one (Linux
 * 6.13), for as much as the write itself costs: so they are not asked for, where the kernel lets us choose.
 */
static bool ask(int fd, struct stat *st)
{
	const unsigned wanted = STATX_INO | STATX_NLINK | STATX_SIZE | STATX_BLOCKS;
	struct statx told;

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, wanted, &told) || (told.stx_mask & wanted) != wanted)
		return !fstat(fd, st);
	*st = (struct stat){
		.st_dev = makedev(told.stx_dev_major, told.stx_dev_minor),
		.st_ino = told.stx_ino,
		.st_nlink = told.stx_nlink,
		.st_size = (off_t)told.stx_size,
		.st_blocks = (blkcnt_t)told.stx_blocks,
	};
	return true;
}

bool tr_file_is_ours(struct stat *st)
{
	int fd;

	if (ask(tr_file.fd, st) && st->st_dev == tr_file.device && st->st_ino == tr_file.inode)
		return true;
	fd = open_at(tr_file.path, 0);
	if (fd < 0)
		return false;
	if (!ask(fd, st) || st->st_dev != tr_file.device || st->st_ino != tr_file.inode) {
		syscall(SYS_close, fd);
		return false;
	}
	tr_file.fd = move_high(fd);
	return true;
}

bool tr_file_is_removed(void)
{
	struct stat st;

	return tr_file_is_ours(&st) && !st.st_nlink;
}

bool tr_file_lost_its_name(void)
{
	struct tr_clock clock = {0};
	uint64_t now = tr_clock_now(&clock);
	struct stat st;

	if (now - tr_file.asked < 1000000000)
		return false;
	tr_file.asked = now;
	return stat(tr_file.path, &st) ? errno == ENOENT
				       : st.st_dev != tr_file.device || st.st_ino != tr_file.inode;
}
