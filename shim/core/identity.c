/* SPDX-License-Identifier: MIT */
/*
 * Which process this is: a pid and a command name are shared by many. Asked once, with the first event;
 * nothing is read but this process's own entries in /proc.
 */
#include "shim/core/snapshot.h"
#include "trace/writer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOM 2048 /* bytes of each file that are looked at, at most */

/* Up to size - 1 bytes, and a NUL; how many. */
static size_t read_file(const char *path, char *text, size_t size)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t got = 0;
	long n = 0;

	while (fd >= 0 && got + 1 < size && (n = syscall(SYS_read, fd, text + got, size - 1 - got)) > 0)
		got += (size_t)n;
	if (fd >= 0)
		syscall(SYS_close, fd);
	text[got] = 0;
	return got;
}

/* The service or container: of the one hierarchy (cgroups(7), version 2), or of systemd's among many. */
static void put_control_group(struct tr_draft *d, char groups[ROOM])
{
	static const char *const heads[] = {"0::", ":name=systemd:"};
	char *path = NULL, *end;

	read_file("/proc/self/cgroup", groups, ROOM);
	for (size_t i = 0; !path && i < sizeof(heads) / sizeof(heads[0]); i++) {
		path = strstr(groups, heads[i]);
		path = path ? strchr(path, '/') : NULL;
	}
	end = path ? strchr(path, '\n') : NULL;
	if (!end)
		return;
	*end = 0;
	tr_put_text(d, TR_F_CGROUP, path);
}

static void put_started(struct tr_draft *d, char stat[ROOM])
{
	char *at;

	read_file("/proc/self/stat", stat, ROOM);
	at = strrchr(stat, ')'); /* the name before it may hold anything; then come fields 3 to 22 */
	for (int i = 3; at && i <= 22; i++)
		at = strchr(at + 1, ' ');
	if (at)
		tr_put_u64(d, TR_F_STARTED, strtoull(at, NULL, 10));
}

static struct {
	char text[ROOM];
	size_t length;
} first; /* as the program was started */

void tap_keep_arguments(int argc, char *const *argv)
{
	for (int i = 0; i < argc && argv[i]; i++) {
		size_t length = strlen(argv[i]) + 1;

		/* One that is cut may lack what tells that it is a secret. */
		if (length > sizeof(first.text) - first.length)
			return;
		memcpy(first.text + first.length, argv[i], length);
		first.length += length;
	}
}

size_t tap_command_line(char *out, size_t size, bool *whole)
{
	size_t length = read_file("/proc/self/cmdline", out, size);
	const char *end;

	*whole = length < size - 1;
	if (*whole)
		return length;
	end = memrchr(out, 0, length);
	return end ? (size_t)(end + 1 - out) : 0;
}

static void put_command_line(struct tr_draft *d, const char *exe, char now[ROOM])
{
	bool whole;
	size_t length = tap_command_line(now, ROOM, &whole);

	if (first.length)
		tap_put_arguments(d, exe, first.text, first.length, now, length);
	else
		tap_put_arguments(d, exe, now, length, now, length);
}

void tap_put_identity(struct tr_draft *d, const char *exe)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/ns/pid", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* The first event may be made on the stack of a signal handler. */
	char *room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct stat status;
	char boot[40];

	if (read_file("/proc/sys/kernel/random/boot_id", boot, sizeof(boot)) >= 36) {
		boot[36] = 0;
		tr_put_text(d, TR_F_BOOT, boot);
	}
	if (fd >= 0 && !syscall(SYS_fstat, fd, &status))
		tr_put_u64(d, TR_F_PID_NAMESPACE, status.st_ino);
	if (fd >= 0)
		syscall(SYS_close, fd);
	if (room == MAP_FAILED)
		return;
	put_started(d, room);
	put_control_group(d, room);
	put_command_line(d, exe, room);
	munmap(room, ROOM);
}
