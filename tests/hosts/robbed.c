/* SPDX-License-Identifier: MIT */
/*
 * robbed HOW SECURED OTHER: asks at SECURED, does something to the descriptor of that connection, which is
 * libzmq's, and says "the wire must not show this" there. HOW:
 *
 *   closed    closes it; libzmq gets the number for a connection to OTHER, where it asks, too
 *   accepted  the same for one that it accepts at OTHER
 *   own       makes it a socket of the program's own; what that gets is in the file "own"
 *   dup2      makes it the descriptor of the connection to OTHER
 *
 * Says on until there is an answer from SECURED, or for 10 s, and prints what it heard.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#define SECRET "the wire must not show this"

static void *context;

/* libzmq's connection to that port, or one that it has accepted there. */
static int find(const char *endpoint, int accepted)
{
	int port = atoi(strrchr(endpoint, ':') + 1);

	for (int fd = 3; fd < 256; fd++) {
		struct sockaddr_in address = {0};
		socklen_t length = sizeof(address);

		if (!(accepted ? getsockname : getpeername)(fd, (struct sockaddr *)&address, &length) &&
		    address.sin_family == AF_INET && ntohs(address.sin_port) == port)
			return fd;
	}
	puts("no such connection");
	exit(1);
}

static void *with_patience(int type, int patience)
{
	void *socket = zmq_socket(context, type);
	int linger = 0;

	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	return socket;
}

static int hear(const char *who, void *socket)
{
	char text[100] = "";

	if (zmq_recv(socket, text, sizeof(text) - 1, 0) < 0)
		return 0;
	printf("%s got %s\n", who, text);
	fflush(stdout);
	return 1;
}

static int ask(const char *who, void *socket, const char *endpoint)
{
	return !zmq_connect(socket, endpoint) && zmq_send(socket, "hello", 5, 0) == 5 && hear(who, socket);
}

/* A socket, and a process that writes down what it gets. */
static int own_socket(void)
{
	char bytes[4096];
	FILE *own;
	int pair[2];
	ssize_t n;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		exit(1);
	if (fork()) {
		close(pair[1]);
		return pair[0];
	}
	close(pair[0]);
	own = fopen("own", "w");
	while ((n = read(pair[1], bytes, sizeof(bytes))) > 0)
		fwrite(bytes, 1, (size_t)n, own);
	fclose(own);
	_exit(0);
}

int main(int argc, char **argv)
{
	int fd, own = -1, heard = 0;
	void *secured, *other;
	const char *how;

	if (argc != 4)
		return 2;
	how = argv[1];
	if (!strcmp(how, "own"))
		own = own_socket();
	context = zmq_ctx_new();
	secured = with_patience(ZMQ_DEALER, 60000);
	other = with_patience(strcmp(how, "accepted") ? ZMQ_DEALER : ZMQ_PULL, 60000);
	if (!strcmp(how, "accepted") && zmq_bind(other, argv[3]))
		return 1;
	if (!ask("secured", secured, argv[2]) || (!strcmp(how, "dup2") && !ask("other", other, argv[3])))
		return 1;
	fd = find(argv[2], 0);
	if (!strcmp(how, "dup2") || own >= 0) {
		dup2(own >= 0 ? own : find(argv[3], 0), fd);
	} else {
		close(fd);
		if (!strcmp(how, "closed") && !ask("other", other, argv[3]))
			return 1;
		/* Told by its name, which takes no descriptor: libzmq is to get the one that was closed. */
		if (!strcmp(how, "accepted") &&
		    (fclose(fopen("closing", "w")) || rename("closing", "closed")))
			return 1;
		if (!strcmp(how, "accepted") && !hear("other", other))
			return 1;
	}
	zmq_setsockopt(secured, ZMQ_RCVTIMEO, &(int){500}, sizeof(int));
	for (int i = 0; i < 20 && !heard; i++) {
		zmq_send(secured, SECRET, strlen(SECRET), 0);
		heard = hear("secured", secured);
	}
	puts("lives");
	fflush(stdout);
	_exit(0); /* without libzmq, which ends the process for what was done to it */
}
