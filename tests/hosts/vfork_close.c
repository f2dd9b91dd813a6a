/* SPDX-License-Identifier: MIT */
/*
 * vfork_close ENDPOINT OWN: asks a question; a child of vfork closes all descriptors that it inherited, as
 * libzmq itself would call close (a module that has libzmq within has one slot for both), and executes
 * another program; then the second question goes over the same connection, and a message comes to OWN, which
 * was bound before. "closed" is made in between.
 */
#include "tests/hosts/slots.h"

#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

static int hear(void *socket)
{
	char text[100] = "";

	if (zmq_recv(socket, text, sizeof(text) - 1, 0) < 0)
		return 1;
	printf("got %s\n", text);
	return 0;
}

static int ask(void *socket, const char *question)
{
	zmq_send(socket, question, strlen(question), 0);
	return hear(socket);
}

int main(int argc, char **argv)
{
	void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_REQ),
	     *bound = zmq_socket(context, ZMQ_PULL);
	int patience = 300000, status = 0;
	int (*volatile close_it)(int);
	pid_t child;

	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	zmq_setsockopt(bound, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	if (argc < 3 || zmq_bind(bound, argv[2]) || zmq_connect(socket, argv[1]) || ask(socket, "one"))
		return 1;
	close_it = (int (*)(int)) * libzmq_slot("close");
	child = vfork();
	if (!child) {
		for (int fd = 3; fd < 256; fd++)
			close_it(fd);
		execl("/bin/true", "true", NULL);
		_exit(1);
	}
	if (waitpid(child, &status, 0) != child || status)
		return 1;
	fclose(fopen("closed", "w"));
	if (ask(socket, "two") || hear(bound))
		return 1;
	zmq_close(socket);
	zmq_close(bound);
	zmq_ctx_term(context);
	return 0;
}
