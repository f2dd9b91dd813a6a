/* SPDX-License-Identifier: MIT */
/*
 * The directory a realm lives in, and its end.
 *
 * It holds keys, so it is 0700 and has to go even when this process is killed by SIGKILL: a small guard
 * process waits for the end of a pipe whose other end only this process has, and then removes it. The guard
 * holds nothing else of the caller's: no terminal, no descriptor.
 */
#include "tools/realm/realm.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const subdirectories[] = {"ccache", "client", "keytab", "password"};

char *realm_path(const struct realm *realm, const char *sub, const char *leaf)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s%s%s", realm->dir, sub ? sub : "", sub ? "/" : "", leaf) < 0) {
		tool_error("out of memory");
		exit(TOOL_SELF);
	}
	return path;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat, (void)type, (void)ftw;
	return remove(path) && errno != ENOENT;
}

/* A KDC that is being killed may still write a line while this walks: hence more than one attempt. */
static void remove_tree(const char *path)
{
	for (int attempt = 0; attempt < 5; attempt++)
		if (!nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) || errno == ENOENT)
			return;
}

static _Noreturn void guard(const char *dir, int pipe_end)
{
	char byte;
	int null;

	setsid();
	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_IGN);
	if (dup2(pipe_end, 3) < 0 || chdir("/"))
		_exit(1);
	close_range(4, ~0u, 0);
	null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close(null);
	while (read(3, &byte, 1) < 0 && errno == EINTR)
		;
	remove_tree(dir);
	_exit(0);
}

static int start_guard(struct realm *realm)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC)) {
		tool_error("cannot make a pipe: %m");
		return -1;
	}
	realm->guard = fork();
	if (!realm->guard) {
		close(ends[1]);
		guard(realm->dir, ends[0]);
	}
	close(ends[0]);
	if (realm->guard < 0) {
		tool_error("cannot fork: %m");
		realm->guard = 0;
		close(ends[1]);
		return -1;
	}
	realm->guard_pipe = ends[1];
	return 0;
}

static int make_kept(struct realm *realm)
{
	if (mkdir(realm->keep, 0700)) {
		if (errno == EEXIST)
			tool_error("--keep: %s exists already; name a directory that is to be made",
				   realm->keep);
		else
			tool_error("--keep: cannot make %s: %m", realm->keep);
		return -1;
	}
	realm->dir = realpath(realm->keep, NULL);
	return realm->dir ? 0 : -1;
}

/* In memory where that is possible: keys that never reach a disk, and a database without waiting for one. */
static const char *temporary_place(void)
{
	const char *tmpdir = getenv("TMPDIR"), *runtime = getenv("XDG_RUNTIME_DIR");

	if (tmpdir && *tmpdir)
		return tmpdir;
	if (runtime && *runtime == '/' && !access(runtime, W_OK | X_OK))
		return runtime;
	return !access("/dev/shm", W_OK | X_OK) ? "/dev/shm" : "/tmp";
}

static int make_temporary(struct realm *realm)
{
	char template[PATH_MAX];

	if (snprintf(template, sizeof(template), "%s/gsstap-realm-XXXXXX", temporary_place()) >=
	    (int)sizeof(template)) {
		tool_error("TMPDIR is too long");
		return -1;
	}
	if (!mkdtemp(template)) {
		tool_error("cannot make a directory in %s: %m; set TMPDIR to one that can be written",
			   temporary_place());
		return -1;
	}
	realm->dir = realpath(template, NULL);
	return realm->dir && !start_guard(realm) ? 0 : -1;
}

int realm_dir_make(struct realm *realm)
{
	if (realm->keep ? make_kept(realm) : make_temporary(realm))
		return -1;
	for (const char *c = realm->dir; *c; c++)
		if ((unsigned char)*c < ' ') {
			tool_error("the directory's name has a control character in it: krb5.conf cannot "
				   "hold that");
			return -1;
		}
	for (size_t i = 0; i < sizeof(subdirectories) / sizeof(*subdirectories); i++) {
		char *path = realm_path(realm, NULL, subdirectories[i]);
		int failed = mkdir(path, 0700);

		if (failed)
			tool_error("cannot make %s: %m", path);
		free(path);
		if (failed)
			return -1;
	}
	return 0;
}

void realm_dir_remove(struct realm *realm)
{
	if (realm->guard_pipe >= 0)
		close(realm->guard_pipe);
	realm->guard_pipe = -1;
	if (realm->guard)
		while (waitpid(realm->guard, NULL, 0) < 0 && errno == EINTR)
			;
	realm->guard = 0;
	/* Somebody may have killed the guard. */
	if (realm->dir && !realm->keep)
		remove_tree(realm->dir);
	free(realm->dir);
	realm->dir = NULL;
}
