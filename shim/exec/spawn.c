/* SPDX-License-Identifier: MIT */
/*
 * Functions by which the C library itself makes the child: its exec never passes ours. posix_spawn takes an
 * environment, so it gets one that brings us; system and popen take a command (script.c).
 */
#include "shim/core/scope.h"
#include "shim/exec/exec.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_MOST 1024 /* bytes of a larger environment are mapped */

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *,
			   const posix_spawnattr_t *, char *const[], char *const[]);

static int spawn(spawn_function *real, struct tap_exec *e, pid_t *pid,
		 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
		 char *const *argv, char *const *envp)
{
	size_t size;
	void *room = NULL;
	pid_t child = 0;
	int result, saved = errno;

	if (!tap_exec_asked || !tap_exec_may_be(e, envp)) {
		errno = saved;
		return real(pid, e->path, actions, attributes, argv, envp);
	}
	size = tap_exec_look(e, envp);
	if (size) {
		room = size <= STACK_MOST ? alloca(size) : tap_exec_map(size);
		e->restored = room != NULL;
		if (room)
			envp = tap_exec_fill(e, envp, room);
	}
	if (size && !room && e->missing && tap_exec_must()) {
		tap_exec_forget(e);
		errno = saved;
		return ENOMEM;
	}
	errno = saved;
	result = real(&child, e->path, actions, attributes, argv, envp);
	saved = errno;
	if (!result && pid)
		*pid = child;
	if (!result) {
		e->absent = false; /* it may have gone to another directory first */
		tap_exec_record(e);
		tap_exec_tell(e, child);
	}
	tap_exec_forget(e);
	if (size > STACK_MOST && room)
		munmap(room, size);
	errno = saved;
	return result;
}

TAP_EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct tap_exec e = {.function = "posix_spawn", .path = path, .fd = AT_FDCWD};

	return spawn(TAP_EXEC_REAL(posix_spawn), &e, pid, actions, attributes, argv, envp);
}

TAP_EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
			    const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct tap_exec e = {.function = "posix_spawnp", .path = file, .fd = AT_FDCWD, .search = true};

	return spawn(TAP_EXEC_REAL(posix_spawnp), &e, pid, actions, attributes, argv, envp);
}

/* Another command, in memory that is to be given back. */
struct other {
	char *command; /* NULL: there is none */
	size_t size;
};

/* Puts the other command in its place where one is needed. False: it may not be run, errno says why. */
static bool prepare(struct tap_exec *e, const char **command, struct other *other)
{
	if (!tap_exec_asked || !tap_exec_may_be_command(*command) || !tap_exec_may_be(e, environ))
		return true;
	if (tap_exec_look(e, environ)) {
		other->command = tap_exec_script(e, *command, &other->size);
		e->restored = other->command != NULL;
	}
	if (other->command)
		*command = other->command;
	else if (e->missing && !e->secure && tap_exec_must())
		return false;
	return true;
}

/* Once it is certain, or as near to that as can be. */
static void tell(struct tap_exec *e)
{
	if (!e->where)
		return;
	tap_exec_record(e);
	tap_exec_tell_shell(e);
}

static void give_back(struct tap_exec *e, const struct other *other)
{
	int saved = errno;

	tap_exec_forget(e);
	if (other->command)
		munmap(other->command, other->size);
	errno = saved;
}

/* POSIX wants it to look like a shell that ended with 127 itself; but then the C library has no error of its
 * own, other than that of having been interrupted while it waited. */
static bool started_no_shell(int result)
{
	return result == 127 << 8 && errno && errno != EINTR;
}

TAP_EXPORT int system(const char *command)
{
	__typeof__(&system) real = TAP_EXEC_REAL(system);
	struct tap_exec e = {.function = "system", .path = "/bin/sh", .fd = AT_FDCWD};
	struct other other = {0};
	int result = -1, saved = errno;

	if (!command)
		return real(command);
	if (prepare(&e, &command, &other)) {
		tell(&e); /* it returns when the shell has ended */
		errno = 0;
		result = real(command);
		if (started_no_shell(result))
			tap_exec_shell_failed(&e, errno);
		else if (!errno)
			errno = saved;
	} else {
		errno = E2BIG;
	}
	give_back(&e, &other);
	return result;
}

TAP_EXPORT FILE *popen(const char *command, const char *type)
{
	__typeof__(&popen) real = TAP_EXEC_REAL(popen);
	struct tap_exec e = {.function = "popen", .path = "/bin/sh", .fd = AT_FDCWD};
	struct other other = {0};
	FILE *result = NULL;
	int saved = errno;

	if (prepare(&e, &command, &other)) {
		errno = saved;
		result = real(command, type);
		if (result)
			tell(&e);
	} else {
		errno = E2BIG;
	}
	give_back(&e, &other);
	return result;
}
