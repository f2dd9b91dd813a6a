/* SPDX-License-Identifier: MIT */
/*
 * last_words FIRST SECOND: sends to FIRST; then, in a handler of the process's end that was entered before
 * anything else, sends to SECOND, says so by a file "closing", and waits until it is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

static void *context;
static const char *second;

static void say(const char *endpoint, const char *word)
{
	void *socket = zmq_socket(context, ZMQ_PUSH);

	zmq_connect(socket, endpoint);
	zmq_send(socket, word, 6, 0);
	zmq_close(socket);
}

static void last(void)
{
	FILE *closing;

	say(second, "second");
	closing = fopen("closing", "w");
	if (closing)
		fclose(closing);
	zmq_ctx_term(context);
}

int main(int argc, char **argv)
{
	void *socket;
	char word[6];

	if (argc != 4)
		return 2;
	context = zmq_ctx_new();
	second = argv[2];
	atexit(last);
	say(argv[1], "first!");
	/* That it has come is known when the answer is there. */
	socket = zmq_socket(context, ZMQ_PULL);
	zmq_bind(socket, argv[3]);
	zmq_recv(socket, word, sizeof(word), 0);
	zmq_close(socket);
	return 0;
}
