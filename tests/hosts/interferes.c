/* SPDX-License-Identifier: MIT */
/*
 * interferes HOW bind|connect ENDPOINT: makes a context and its threads, does something that a program may
 * do, and then sends one message of 1 MB, 20 times, to who receives at or connects to ENDPOINT. HOW:
 *
 *   nothing
 *   threads   forbids itself to make any more of them, before the endpoint is there
 *   files     has so many files open that a descriptor has a number of 14 bits, before that
 *   exits     after each message, of which a part is sent, a child of fork ends
 *   closes    ... that has closed all descriptors before
 *
 * Each message is "the wire must not show this", repeated. Gives up after 3 s without progress. Prints
 * "lives".
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#define SECRET "the wire must not show this"
#define COUNT 20
#define SIZE (1u << 20)

/* In all threads: those of libzmq would make ours. */
static int forbid_threads(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}

/* All numbers of 13 bits are taken. */
static int open_files(void)
{
	struct rlimit most;

	if (getrlimit(RLIMIT_NOFILE, &most))
		return -1;
	most.rlim_cur = most.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &most))
		return -1;
	for (int fd = 0; fd < 1 << 13;)
		if ((fd = dup(0)) < 0)
			return -1;
	return 0;
}

static void fork_once(int closes)
{
	pid_t child = fork();

	if (!child) {
		for (int fd = 3; closes && fd < 256; fd++)
			close(fd);
		exit(0);
	}
	waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
	int patience = 3000, linger, high_water = 1;
	void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PUSH);
	char *message = malloc(SIZE);
	const char *how;

	if (argc != 4)
		return 2;
	how = argv[1];
	linger = strcmp(how, "threads") ? 60000 : 0;
	for (size_t at = 0; at < SIZE; at++)
		message[at] = SECRET[at % strlen(SECRET)];
	zmq_setsockopt(socket, ZMQ_SNDTIMEO, &patience, sizeof(patience));
	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	zmq_setsockopt(socket, ZMQ_SNDHWM, &high_water, sizeof(high_water));
	if ((!strcmp(how, "threads") && forbid_threads()) || (!strcmp(how, "files") && open_files())) {
		perror(how);
		return 1;
	}
	if ((strcmp(argv[2], "bind") ? zmq_connect : zmq_bind)(socket, argv[3])) {
		printf("%s: %s\n", argv[2], zmq_strerror(errno));
		return 0;
	}
	for (int i = 0; i < COUNT && zmq_send(socket, message, SIZE, 0) == SIZE; i++)
		if (!strcmp(how, "exits") || !strcmp(how, "closes"))
			fork_once(!strcmp(how, "closes"));
	zmq_close(socket);
	zmq_ctx_term(context);
	free(message);
	puts("lives");
	return 0;
}
