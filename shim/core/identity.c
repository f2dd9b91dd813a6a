/* SPDX-License-Identifier: MIT */
/*
 * Which process this is, and which program an interpreter runs: a pid and a command name are shared by many.
 * Asked once, with the first event; nothing is read but this process's own entries in /proc. Arguments can be
 * secrets: at level audit only the name of a script or module is kept of them.
 */
#include "shim/core/snapshot.h"
#include "trace/writer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* Nothing is opened but the name, so that no device or pipe notices. */
static bool is_file(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
	struct stat status;
	bool regular;

	if (fd < 0)
		return false;
	regular = !syscall(SYS_fstat, fd, &status) && S_ISREG(status.st_mode);
	syscall(SYS_close, fd);
	return regular;
}

static bool is_interpreter(const char *exe)
{
	static const char *const names[] = {"python", "perl", "ruby", "node", "php", "bash", "dash", "lua"};
	const char *name = strrchr(exe, '/') ? strrchr(exe, '/') + 1 : exe;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/* The first argument that names a file, or the module of -m; code of -c and -e is nobody's to see. */
static void put_script(struct tr_draft *d, const char *arguments, size_t length)
{
	bool module = false;

	for (const char *at = arguments + strlen(arguments) + 1; at < arguments + length;
	     at += strlen(at) + 1) {
		if (module || (*at != '-' && is_file(at))) {
			tr_put_text(d, TR_F_SCRIPT, at);
			return;
		}
		if (!strcmp(at, "-c") || !strcmp(at, "-e"))
			return;
		module = !strcmp(at, "-m");
	}
}

/* The first two kilobytes. What has no end there gets one. */
static void put_arguments(struct tr_draft *d, bool interpreter)
{
	char arguments[2048];
	size_t length = read_file("/proc/self/cmdline", arguments, sizeof(arguments));

	if (interpreter)
		put_script(d, arguments, length);
	if (length && arguments[length - 1])
		length++;
	if (length && tr_level > TR_LEVEL_AUDIT)
		tr_put(d, TR_F_ARGS, arguments, length);
}

/* The service or container: of the one hierarchy (cgroups(7), version 2), or of systemd's among many. */
static void put_control_group(struct tr_draft *d)
{
	static const char *const heads[] = {"0::", ":name=systemd:"};
	char groups[1024], *path = NULL, *end;

	read_file("/proc/self/cgroup", groups, sizeof(groups));
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

static void put_started(struct tr_draft *d)
{
	char stat[1024], *at;

	read_file("/proc/self/stat", stat, sizeof(stat));
	at = strrchr(stat, ')'); /* the name before it may hold anything; then come fields 3 to 22 */
	for (int i = 3; at && i <= 22; i++)
		at = strchr(at + 1, ' ');
	if (at)
		tr_put_u64(d, TR_F_STARTED, strtoull(at, NULL, 10));
}

void tap_put_identity(struct tr_draft *d, const char *exe)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/ns/pid", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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
	put_started(d);
	put_control_group(d);
	put_arguments(d, is_interpreter(exe));
}
