/* SPDX-License-Identifier: MIT */
/*
 * Whether a seccomp filter is in force: one that was there before the program began, or that was set by an
 * instruction of the program's own, was not seen coming. Asked after a system call was refused, and before a
 * program is executed; by calls that the dynamic loader has made before us, in the same way.
 */
#include "trace/writer_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The character behind "Seccomp:", or 0. It stands behind the groups, of which there may be any number. */
static char read_mode(int fd)
{
	static const char name[] = "\nSeccomp:\t";
	const size_t length = sizeof(name) - 1;
	char part[512], *at;
	size_t have = 0;
	long n;

	while ((n = syscall(SYS_read, fd, part + have, sizeof(part) - have)) > 0) {
		have += (size_t)n;
		at = memmem(part, have, name, length);
		if (at && at + length < part + have)
			return at[length];
		if (have > length) {
			memmove(part, part + have - length, length);
			have = length;
		}
	}
	return 0;
}

enum tr_filtered tr_filtered(void)
{
	static const char path[] = "/proc/thread-self/status";
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	char mode;

	/* What the kernel never refuses anybody by itself; Landlock keeps from reading, but not from this. */
	if (fd < 0 && errno == EACCES) {
		fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
		if (fd >= 0) {
			syscall(SYS_close, fd);
			return TR_FILTERED_UNKNOWN;
		}
	}
	if (fd < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS))
		return TR_FILTERED;
	if (fd < 0)
		return TR_FILTERED_UNKNOWN;
	mode = read_mode(fd);
	syscall(SYS_close, fd);
	return !mode ? TR_FILTERED_UNKNOWN : mode == '0' ? TR_UNFILTERED : TR_FILTERED;
}

bool tr_was_filtered(int error)
{
	static atomic_bool known;
	bool refused = error == EPERM || error == EACCES || error == ENOSYS;

	if (refused && !atomic_load(&known) && tr_filtered() == TR_FILTERED)
		atomic_store(&known, true);
	return refused && atomic_load(&known);
}
