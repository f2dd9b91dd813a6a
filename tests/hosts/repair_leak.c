/* SPDX-License-Identifier: MIT */
/*
 * Two ends of a stream of messages that are sent and echoed, each saying how much its memory grew.
 *
 *   repair_leak bind|connect ENDPOINT COUNT SIZE [native]
 *
 * The binding end echoes COUNT messages of SIZE bytes; the connecting one sends them, with up to WINDOW of
 * them under way. Prints "grew N" in KB: resident memory at the end less that after the first tenth. native:
 * the program sets up GSSAPI by itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#define WINDOW 50
#define SERVICE "zmq@localhost"

static long resident_kb(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%*d %ld", &pages) != 1)
		exit(2);
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void must(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "repair_leak: %s: %s\n", what, zmq_strerror(zmq_errno()));
	exit(1);
}

int main(int argc, char **argv)
{
	void *context = zmq_ctx_new(), *s = zmq_socket(context, ZMQ_DEALER);
	int binds = argc > 1 && !strcmp(argv[1], "bind"), patience = 300000, yes = 1, never = 0, count,
	    sent = 0;
	size_t size;
	long before = 0;
	char *body;

	if (argc < 5)
		return 2;
	count = atoi(argv[3]);
	size = (size_t)atoi(argv[4]);
	body = calloc(1, size);
	zmq_setsockopt(s, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	zmq_setsockopt(s, ZMQ_SNDTIMEO, &patience, sizeof(patience));
	/* Under valgrind, on a busy machine, a handshake takes longer than the 30 s after which libzmq begins
	 * anew. */
	zmq_setsockopt(s, ZMQ_HANDSHAKE_IVL, &never, sizeof(never));
	if (argc > 5 && binds)
		zmq_setsockopt(s, ZMQ_GSSAPI_SERVER, &yes, sizeof(yes));
	else if (argc > 5)
		zmq_setsockopt(s, ZMQ_GSSAPI_SERVICE_PRINCIPAL, SERVICE, strlen(SERVICE));
	must(binds ? zmq_bind(s, argv[2]) : zmq_connect(s, argv[2]), argv[1]);
	for (int i = 0; i < count; i++) {
		for (; !binds && sent < count && sent < i + WINDOW; sent++)
			must(zmq_send(s, body, size, 0), "send");
		must(zmq_recv(s, body, size, 0), "receive");
		if (binds)
			must(zmq_send(s, body, size, 0), "send");
		if (i == count / 10)
			before = resident_kb();
	}
	printf("grew %ld\n", resident_kb() - before);
	zmq_close(s);
	zmq_ctx_term(context);
	free(body);
	return 0;
}
