/* SPDX-License-Identifier: MIT */
/*
 * The exec family, by which a process becomes another program. With nothing asked for each calls the real
 * function and does nothing else. The real one of the same name, so that another preload behind us still sees
 * the call it knows; but for the lists of arguments, which no function can hand on.
 */
#include "shim/exec/exec.h"

#include "shim/core/ending.h"
#include "shim/core/scope.h"
#include "shim/core/start.h"
#include "shim/loader/next.h"
#include "trace/unconst.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Bytes of a larger environment are mapped: a thread's stack may be 16 kB, a signal handler's 2. In a child
 * of vfork they stay with the parent when the program is executed, so there it is the largest environments
 * alone.
 */
#define STACK_MOST 1024
#define STACK_MOST_LENT 8192

static void *found[TAP_EXECS];
static const char *const names[] = {
#define EXEC(name) #name,
#include "shim/exec/exec.def"
#undef EXEC
};
/* The C library has them and is never unloaded: who finds one twice finds the same. */
void *tap_exec_real(enum tap_exec_id id)
{
	void *real = __atomic_load_n(&found[id], __ATOMIC_RELAXED);

	if (__builtin_expect(real != NULL, 1))
		return real;
	tap_start();
	real = tap_find_next(names[id]);
	__atomic_store_n(&found[id], real, __ATOMIC_RELAXED);
	return real;
}

static int call_real(enum tap_exec_id id, const struct tap_exec *e, int flags, char *const *argv,
		     char *const *envp)
{
	if (e->kernel && id == TAP_EXEC_execve)
		return (int)e->kernel(SYS_execve, e->path, argv, envp, 0, 0, 0);
	if (e->kernel)
		return (int)e->kernel(SYS_execveat, (long)e->fd, e->path, argv, envp, (long)flags, 0);
	if (e->restored && id == TAP_EXEC_execv)
		id = TAP_EXEC_execve;
	if (e->restored && id == TAP_EXEC_execvp)
		id = TAP_EXEC_execvpe;
	switch (id) {
	case TAP_EXEC_execve:
		return TAP_EXEC_REAL(execve)(e->path, argv, envp);
	case TAP_EXEC_execv:
		return TAP_EXEC_REAL(execv)(e->path, argv);
	case TAP_EXEC_execvp:
		return TAP_EXEC_REAL(execvp)(e->path, argv);
	case TAP_EXEC_execvpe:
		return TAP_EXEC_REAL(execvpe)(e->path, argv, envp);
	case TAP_EXEC_fexecve:
		return TAP_EXEC_REAL(fexecve)(e->fd, argv, envp);
	case TAP_EXEC_execveat:
		if (TAP_EXEC_REAL(execveat))
			return TAP_EXEC_REAL(execveat)(e->fd, e->path, argv, envp, flags);
		break;
	default:
		break;
	}
	errno = ENOSYS;
	return -1;
}

static bool is_for_stack(size_t size)
{
	return size <= STACK_MOST || (size <= STACK_MOST_LENT && tap_exec_is_lent());
}

/* The other environment lies on this stack, below which the program is executed. */
static int execute(enum tap_exec_id id, struct tap_exec *e, int flags, char *const *argv, char *const *envp)
{
	size_t size, mapped = 0;
	void *room = NULL;
	int result, error = errno;
	bool finished = false;

	/* The C library wants an environment there. */
	if (!tap_exec_asked || (id == TAP_EXEC_fexecve && !envp) || !tap_exec_may_be(e, envp)) {
		errno = error;
		return call_real(id, e, flags, argv, envp);
	}
	size = tap_exec_look(e, envp);
	if (size) {
		mapped = is_for_stack(size) ? 0 : size;
		room = mapped ? tap_exec_map(size) : alloca(size);
		e->restored = room != NULL;
		if (room)
			envp = tap_exec_fill(e, envp, room);
	}
	if (size && !room && e->missing && tap_exec_must()) {
		tap_exec_forget(e);
		errno = ENOMEM;
		return -1;
	}
	tap_exec_record(e);
	if (!e->absent && !tap_exec_filter)
		tap_ends(TAP_END_EXEC);
	tap_exec_tell(e, 0);
	tap_exec_forget(e);
	if (!e->absent && !tap_exec_filter)
		finished = tap_finishes();
	errno = error;
	result = call_real(id, e, flags, argv, envp);
	error = errno;
	if (finished)
		tr_finish_undone();
	tap_exec_failed(e, error);
	if (room && mapped)
		munmap(room, mapped);
	errno = error;
	return result;
}

TAP_EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	struct tap_exec e = {.function = "execve", .path = path, .fd = AT_FDCWD};

	return execute(TAP_EXEC_execve, &e, 0, argv, envp);
}

TAP_EXPORT int execv(const char *path, char *const argv[])
{
	struct tap_exec e = {.function = "execv", .path = path, .fd = AT_FDCWD};

	return execute(TAP_EXEC_execv, &e, 0, argv, environ);
}

TAP_EXPORT int execvp(const char *file, char *const argv[])
{
	struct tap_exec e = {.function = "execvp", .path = file, .fd = AT_FDCWD, .search = true};

	return execute(TAP_EXEC_execvp, &e, 0, argv, environ);
}

TAP_EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
	struct tap_exec e = {.function = "execvpe", .path = file, .fd = AT_FDCWD, .search = true};

	return execute(TAP_EXEC_execvpe, &e, 0, argv, envp);
}

TAP_EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	struct tap_exec e = {.function = "fexecve", .path = "", .fd = fd, .or_itself = true};

	return execute(TAP_EXEC_fexecve, &e, 0, argv, envp);
}

TAP_EXPORT int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags)
{
	struct tap_exec e = {
		.function = "execveat", .path = path, .fd = fd, .or_itself = flags & AT_EMPTY_PATH};

	return execute(TAP_EXEC_execveat, &e, flags, argv, envp);
}

int tap_exec_by_number(long (*kernel)(long number, ...), long number, const long given[5])
{
	const bool at = number == SYS_execveat;
	const long *rest = given + at;
	struct tap_exec e = {.function = at ? "execveat" : "execve",
			     .path = (const char *)rest[0],
			     .fd = at ? (int)given[0] : AT_FDCWD,
			     .or_itself = at && given[4] & AT_EMPTY_PATH,
			     .kernel = kernel};

	return execute(at ? TAP_EXEC_execveat : TAP_EXEC_execve, &e, at ? (int)given[4] : 0,
		       (char *const *)rest[1], (char *const *)rest[2]);
}

static size_t count_arguments(va_list given)
{
	va_list list;
	size_t n = 1;

	va_copy(list, given);
	while (va_arg(list, char *))
		n++;
	va_end(list);
	return n;
}

/* Their arguments as an array on this stack, as the C library itself makes one; the list is left behind the
 * NULL, where execle has its environment. */
#define TAKE_ARGUMENTS(argv, list, first)                                                                    \
	size_t n_ = count_arguments(list);                                                                   \
	char **argv = alloca((n_ + 1) * sizeof(*argv));                                                      \
	argv[0] = TR_UNCONST(first);                                                                         \
	for (size_t i_ = 1; i_ <= n_; i_++)                                                                  \
	argv[i_] = va_arg(list, char *)

TAP_EXPORT int execl(const char *path, const char *arg, ...)
{
	struct tap_exec e = {.function = "execl", .path = path, .fd = AT_FDCWD};
	va_list list;

	va_start(list, arg);
	TAKE_ARGUMENTS(argv, list, arg);
	va_end(list);
	return execute(TAP_EXEC_execv, &e, 0, argv, environ);
}

TAP_EXPORT int execlp(const char *file, const char *arg, ...)
{
	struct tap_exec e = {.function = "execlp", .path = file, .fd = AT_FDCWD, .search = true};
	va_list list;

	va_start(list, arg);
	TAKE_ARGUMENTS(argv, list, arg);
	va_end(list);
	return execute(TAP_EXEC_execvp, &e, 0, argv, environ);
}

TAP_EXPORT int execle(const char *path, const char *arg, ...)
{
	struct tap_exec e = {.function = "execle", .path = path, .fd = AT_FDCWD};
	char *const *envp;
	va_list list;

	va_start(list, arg);
	TAKE_ARGUMENTS(argv, list, arg);
	envp = va_arg(list, char *const *);
	va_end(list);
	return execute(TAP_EXEC_execve, &e, 0, argv, envp);
}
