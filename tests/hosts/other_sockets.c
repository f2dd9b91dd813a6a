/* SPDX-License-Identifier: MIT */
/*
 * A program with a ZeroMQ socket that also has sockets of its own, as programs do that ask a data base or
 * talk HTTP. Linked with libzmq.a (tests/engine_unseen.bats): all its calls of the system pass the same
 * places.
 *
 *   other_sockets CALL PORT TEXT [nonblock]   connects to 127.0.0.1, sends TEXT by CALL (send, write, writev,
 *                                             sendmsg or sendto), prints what comes back up to its end
 *
 * A call that fails prints "CALL: ERRNO-TEXT", and the program goes on to the next one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zmq.h>

static long say(const char *call, long result)
{
	if (result < 0)
		printf("%s: %s\n", call, strerror(errno));
	return result;
}

static long send_by(const char *call, int fd, char *text, size_t length)
{
	struct iovec piece = {text, length};
	struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};

	if (!strcmp(call, "write"))
		return write(fd, text, length);
	if (!strcmp(call, "writev"))
		return writev(fd, &piece, 1);
	if (!strcmp(call, "sendmsg"))
		return sendmsg(fd, &message, MSG_NOSIGNAL);
	if (!strcmp(call, "sendto"))
		return sendto(fd, text, length, MSG_NOSIGNAL, NULL, 0);
	return send(fd, text, length, MSG_NOSIGNAL);
}

static int connected(int port, int nonblock)
{
	/* As long as any address may be: the kernel does not mind. */
	union {
		struct sockaddr_storage any;
		struct sockaddr_in four;
	} address = {.four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)}};
	int fd = socket(AF_INET, SOCK_STREAM | (nonblock ? SOCK_NONBLOCK : 0), 0), result;

	address.four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	result = connect(fd, (struct sockaddr *)&address, sizeof(address));
	if (result < 0 && errno == EINPROGRESS) {
		poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 60000);
		result = 0;
	}
	say("connect", result);
	return result ? -1 : fd;
}

int main(int argc, char **argv)
{
	void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PULL);
	char text[256];
	ssize_t n;
	int fd;

	if (argc < 4 || !socket)
		return 2;
	fd = connected(atoi(argv[2]), argc > 4);
	if (fd >= 0 && say(argv[1], send_by(argv[1], fd, argv[3], strlen(argv[3]))) >= 0) {
		shutdown(fd, SHUT_WR);
		do {
			poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 60000);
			n = recv(fd, text, sizeof(text) - 1, 0);
			if (n > 0)
				printf("got %.*s\n", (int)n, text);
		} while (n > 0);
		say("recv", n);
	}
	if (fd >= 0)
		close(fd);
	zmq_close(socket);
	zmq_ctx_term(context);
	return 0;
}
