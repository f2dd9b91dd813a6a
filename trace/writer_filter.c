/* SPDX-License-Identifier: MIT */
/*
 * Whether a seccomp filter is in force: one that was there before the program began, or that was set by an
 * instruction of the program's own, was not seen coming. Asked only after a system call was refused, and by
 * calls that the dynamic loader has made before us, in the same way.
 */
#include "trace/writer_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_in_force(void)
{
	static const char path[] = "/proc/thread-self/status";
	static const char name[] = "\nSeccomp:\t";
	char status[4096];
	const char *line;
	ssize_t length = -1;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);

	/* What the kernel never refuses anybody by itself; Landlock keeps from reading, but not from this. */
	if (fd < 0 && errno == EACCES) {
		fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
		if (fd >= 0) {
			syscall(SYS_close, fd);
			return false;
		}
	}
	if (fd < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS))
		return true;
	if (fd >= 0) {
		length = syscall(SYS_read, fd, status, sizeof(status));
		syscall(SYS_close, fd);
	}
	line = length > 0 ? memmem(status, (size_t)length, name, sizeof(name) - 1) : NULL;
	return line && line + sizeof(name) - 1 < status + length && line[sizeof(name) - 1] != '0';
}

bool tr_was_filtered(int error)
{
	static atomic_bool known;
	bool refused = error == EPERM || error == EACCES || error == ENOSYS;

	if (refused && !atomic_load(&known) && is_in_force())
		atomic_store(&known, true);
	return refused && atomic_load(&known);
}
