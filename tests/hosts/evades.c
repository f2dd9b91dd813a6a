/* SPDX-License-Identifier: MIT */
/*
 * evades WAY [FILE]: a program that binds a ZeroMQ socket, and first tries to leave behind whoever judges
 * that. The program executed by the ways that execute one is FILE, or this one again, with `plainly`.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#define ENDPOINT "tcp://127.0.0.1:*"
#define WEAK __attribute__((weak))

extern WEAK int zmq_bind(void *, const char *);

struct library {
	void *(*ctx_new)(void);
	void *(*socket)(void *, int);
	int (*bind)(void *, const char *);
	int (*error)(void);
	const char *(*text)(int);
};

static char *file;
static char *words[] = {NULL, "plainly", NULL};
static char *nothing[] = {NULL};

static int say(int failed, const char *why)
{
	printf("bind: %s\n", failed ? why : "done");
	fflush(stdout);
	return failed != 0;
}

static int bound_by(const struct library *zmq)
{
	int failed = zmq->bind(zmq->socket(zmq->ctx_new(), ZMQ_REP), ENDPOINT);

	return say(failed, zmq->text(zmq->error()));
}

static int plainly(void)
{
	return bound_by(&(struct library){zmq_ctx_new, zmq_socket, zmq_bind, zmq_errno, zmq_strerror});
}

static int found_in(void *handle)
{
	if (!handle) {
		printf("%s\n", dlerror());
		return 2;
	}
	return bound_by(&(struct library){dlsym(handle, "zmq_ctx_new"), dlsym(handle, "zmq_socket"),
					  dlsym(handle, "zmq_bind"), dlsym(handle, "zmq_errno"),
					  dlsym(handle, "zmq_strerror")});
}

static int by_unsetenv(void)
{
	extern char **environ;

	while (*environ) {
		char *name = strndup(*environ, strcspn(*environ, "="));

		unsetenv(name);
		free(name);
	}
	return execv(file, words);
}

static int by_vfork(void)
{
	int status;
	pid_t child = vfork();

	if (!child) {
		execve(file, words, nothing);
		_exit(127);
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static int by_syscall(void)
{
	return (int)syscall(SYS_execve, file, words, nothing);
}

static int by_syscall_at(void)
{
	return (int)syscall(SYS_execveat, AT_FDCWD, file, words, nothing, 0);
}

static int by_instruction(void)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(SYS_execve), "D"(file), "S"(words), "d"(nothing)
			 : "rcx", "r11", "memory");
	return (int)result;
}

/* Another copy of all libraries, in which FILE binds. */
static int by_dlmopen(void)
{
	void *handle = dlmopen(LM_ID_NEWLM, file, RTLD_NOW);
	int (*serve)(void) = handle ? (int (*)(void))dlsym(handle, "serve") : NULL;

	return serve ? serve() : 2;
}

static int by_dlmopen_dlsym(void)
{
	return found_in(dlmopen(LM_ID_NEWLM, "libzmq.so.5", RTLD_NOW));
}

/* A libzmq of its own, which it prefers to all others. */
static int by_copy(void)
{
	return found_in(dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND));
}

static int by_weak(void)
{
	return zmq_bind ? plainly() : 2;
}

/* Its endpoint says that another program, or nobody, has bound it already. */
static int by_handle(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	void *socket_zmq = zmq_socket(zmq_ctx_new(), ZMQ_REP);
	int failed, fd = atoi(file);

	if (!fd) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (bind(fd, (struct sockaddr *)&any, sizeof(any)) || listen(fd, 5))
			return 2;
	}
	zmq_setsockopt(socket_zmq, ZMQ_USE_FD, &fd, sizeof(fd));
	failed = zmq_bind(socket_zmq, ENDPOINT);
	return say(failed, zmq_strerror(zmq_errno()));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*go)(void);
	} ways[] = {
		{"plainly", plainly},
		{"unsetenv", by_unsetenv},
		{"vfork", by_vfork},
		{"syscall", by_syscall},
		{"syscall-at", by_syscall_at},
		{"instruction", by_instruction},
		{"dlmopen", by_dlmopen},
		{"dlmopen-dlsym", by_dlmopen_dlsym},
		{"copy", by_copy},
		{"weak", by_weak},
		{"handle", by_handle},
	};

	file = argc > 2 ? argv[2] : argv[0];
	words[0] = file;
	for (size_t i = 0; argc > 1 && i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].name, argv[1]))
			return ways[i].go();
	return 2;
}
