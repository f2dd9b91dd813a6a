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

#define STACK_MOST 8192

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

	if (!tap_exec_asked)
		return real(pid, e->path, actions, attributes, argv, envp);
	size = tap_exec_look(e, envp);
	if (size) {
		room = size <= STACK_MOST ? alloca(size) : tap_exec_map(size);
		e->restored = room != NULL;
		if (room)
			envp = tap_exec_fill(e, envp, room);
	}
	tap_exec_record(e);
	errno = saved;
	if (size && !room && e->missing && tap_exec_must())
		return ENOMEM;
	result = real(&child, e->path, actions, attributes, argv, envp);
	if (!result && pid)
		*pid = child;
	if (!result)
		tap_exec_tell(e, child);
	saved = errno;
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

/* The command to be run: this one, or the other. NULL: it may not be run, errno says why. */
static const char *prepare(struct tap_exec *e, const char *command, struct other *other)
{
	int saved = errno;

	if (!tap_exec_asked)
		return command;
	if (tap_exec_look(e, environ)) {
		other->command = tap_exec_script(e, command, &other->size);
		e->restored = other->command != NULL;
	}
	tap_exec_record(e);
	tap_exec_tell_shell(e);
	if (other->command)
		command = other->command;
	else if (e->missing && !e->secure && tap_exec_must())
		command = NULL;
	errno = command ? saved : E2BIG;
	return command;
}

static void give_back(const struct other *other)
{
	int saved = errno;

	if (other->command)
		munmap(other->command, other->size);
	errno = saved;
}

TAP_EXPORT int system(const char *command)
{
	__typeof__(&system) real = TAP_EXEC_REAL(system);
	struct tap_exec e = {.function = "system", .path = "/bin/sh", .fd = AT_FDCWD};
	struct other other = {0};
	int result;

	if (!command)
		return real(command);
	command = prepare(&e, command, &other);
	if (!command)
		return -1;
	result = real(command);
	give_back(&other);
	return result;
}

TAP_EXPORT FILE *popen(const char *command, const char *type)
{
	__typeof__(&popen) real = TAP_EXEC_REAL(popen);
	struct tap_exec e = {.function = "popen", .path = "/bin/sh", .fd = AT_FDCWD};
	struct other other = {0};
	FILE *result;

	command = prepare(&e, command, &other);
	if (!command)
		return NULL;
	result = real(command, type);
	give_back(&other);
	return result;
}
