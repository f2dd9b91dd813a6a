// SPDX-License-Identifier: MIT
/*
 * Endpoints that come and go: an ordinary program. Each has another address than all before it, and nobody is
 * there.
 *
 * endpoints connect|bind|socket|context COUNT [LAST]   so many, one after the other: connected and
 * disconnected, bound and unbound, connected by a socket that is closed then, or by one of a context that is
 * ended then. At last "hello" is sent to LAST. endpoints hold ALIVE COUNT           with so many alive,
 * others come and go endpoints owed SECONDS LATE          "hello" is sent to LATE, which is disconnected
 * then; others come and go for so long. Then the file "made" is there, and it waits until all is sent.
 * endpoints taken ENDPOINT   one socket binds it, and another, that takes messages of up to 1000 bytes, tries
 * to: prints what that takes then.
 *
 * Prints for each quarter milliseconds, and the memory that it has by then, in KiB; of what fails the error.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

static void *context, *one;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long memory(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;

	while (status && fgets(line, sizeof(line), status))
		if (!strncmp(line, "VmRSS", 5))
			kib = atol(line + 6);
	if (status)
		fclose(status);
	return kib;
}

static void check(int result, const char *what, const char *endpoint)
{
	if (!result)
		return;
	printf("%s %s: %s\n", what, endpoint, zmq_strerror(errno));
	exit(1);
}

static void address(char *out, long number, const char *port)
{
	sprintf(out, "tcp://127.%ld.%ld.%ld:%s", 1 + number / 62500, number / 250 % 250, 1 + number % 250,
		port);
}

static void *made(int type)
{
	void *socket = zmq_socket(context, type);
	int none = 0;

	/* Those that were closed count until libzmq has ended them. */
	for (int tries = 0; !socket && errno == EMFILE && tries < 60000; tries++) {
		zmq_poll(NULL, 0, 1);
		socket = zmq_socket(context, type);
	}
	check(!socket, "socket", "");
	zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof(none));
	return socket;
}

static void come_and_go(const char *what, long number)
{
	char endpoint[64], bound[64];
	size_t length = sizeof(bound);
	void *socket = one;
	int events;
	size_t small = sizeof(events);

	address(endpoint, number, *what == 'b' ? "*" : "9");
	if (!strcmp(what, "context")) {
		zmq_ctx_term(context);
		context = zmq_ctx_new();
	}
	if (*what == 's' || (!strcmp(what, "context")))
		socket = made(ZMQ_PUSH);
	if (*what == 'b') {
		check(zmq_bind(socket, endpoint), "bind", endpoint);
		zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, bound, &length);
		check(zmq_unbind(socket, bound), "unbind", bound);
		return;
	}
	check(zmq_connect(socket, endpoint), "connect", endpoint);
	if (socket == one) {
		check(zmq_disconnect(socket, endpoint), "disconnect", endpoint);
		zmq_getsockopt(socket, ZMQ_EVENTS, &events, &small); /* frees what the socket had of it */
	} else
		zmq_close(socket);
}

static void say_hello(void *socket, const char *endpoint)
{
	int forever = -1;

	zmq_setsockopt(socket, ZMQ_LINGER, &forever, sizeof(forever));
	check(zmq_connect(socket, endpoint), "connect", endpoint);
	check(zmq_send(socket, "hello", 5, 0) != 5, "send", endpoint);
}

static void quarters(const char *what, long count)
{
	double begun = now();

	for (long i = 0; i < count; i++) {
		come_and_go(what, i);
		if ((i + 1) % (count / 4))
			continue;
		printf("%.0f %ld\n", now() - begun, memory());
		begun = now();
	}
}

static void owe(long seconds, const char *late)
{
	void *other = made(ZMQ_PUSH);
	double until = now() + 1e3 * (double)seconds;

	say_hello(other, late);
	check(zmq_disconnect(other, late), "disconnect", late);
	for (long i = 0; now() < until; i++) {
		come_and_go("connect", i);
		zmq_poll(NULL, 0, 20);
	}
	fclose(fopen("made", "w"));
	zmq_close(other);
}

static void take(const char *endpoint)
{
	void *second = made(ZMQ_PULL);
	int64_t largest = 1000;
	size_t length = sizeof(largest);

	check(zmq_bind(made(ZMQ_PULL), endpoint), "bind", endpoint);
	zmq_setsockopt(second, ZMQ_MAXMSGSIZE, &largest, sizeof(largest));
	if (!zmq_bind(second, endpoint))
		printf("bound twice\n");
	zmq_getsockopt(second, ZMQ_MAXMSGSIZE, &largest, &length);
	printf("%ld\n", (long)largest);
}

int main(int argc, char **argv)
{
	const char *what = argv[1];
	char endpoint[64];

	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	context = zmq_ctx_new();
	zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 64); /* so that no more wait to be ended */
	if (strcmp(what, "context"))
		one = made(*what == 'b' ? ZMQ_PULL : ZMQ_PUSH);
	if (!strcmp(what, "owed")) {
		owe(atol(argv[2]), argv[3]);
	} else if (!strcmp(what, "hold")) {
		for (long i = 0; i < atol(argv[2]); i++) {
			address(endpoint, 1000000 + i, "9");
			check(zmq_connect(one, endpoint), "connect", endpoint);
		}
		quarters("connect", atol(argv[3]));
		return 0;
	} else if (!strcmp(what, "taken")) {
		take(argv[2]);
		return 0;
	} else {
		quarters(what, atol(argv[2]));
		if (argc > 3) {
			void *last = made(ZMQ_PUSH);

			say_hello(last, argv[3]);
			zmq_close(last);
		}
	}
	if (one)
		zmq_close(one);
	zmq_ctx_term(context);
	return 0;
}
