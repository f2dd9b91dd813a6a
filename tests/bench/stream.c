/* SPDX-License-Identifier: MIT */
/*
 * What security costs a stream over ZeroMQ: an ordinary pair of programs, for `make bench`.
 *
 * stream null|curve|gssapi push SIZE COUNT    a PUSH and a PULL; prints how many messages came a second
 * stream null|curve|gssapi req SIZE COUNT     a REQ and a REP; prints microseconds one way
 * stream null|curve|gssapi connect - COUNT    as many connections made, used and closed; prints how many a
 *                                             second
 * stream null|curve|gssapi idle - COUNT       as many connections held; prints how much memory of the
 *                                             server's each has, in KiB
 * stream null|curve|gssapi peak SIZE COUNT    as push; prints how much more memory than at its begin the
 *                                             receiver had at most, in KiB
 *
 * With null it knows nothing of security: that is what gsstap is put under. The other end is a child.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define WARM 50
#define AT_ONCE 500 /* connections that are being made: more would be timed out, by libzmq */

static char server_key[41], server_secret[41];
static int ready[2]; /* what the server has to say besides */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* VmRSS or VmHWM, in KiB. */
static long memory(const char *what)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;

	while (status && fgets(line, sizeof(line), status))
		if (!strncmp(line, what, 5))
			kib = atol(line + 6);
	if (status)
		fclose(status);
	return kib;
}

static void *secured(void *context, int type, const char *mode, int server)
{
	void *socket = zmq_socket(context, type);
	int yes = 1, deep = 10000;
	char key[41], secret[41];

	zmq_setsockopt(socket, ZMQ_SNDHWM, &deep, sizeof(deep));
	zmq_setsockopt(socket, ZMQ_RCVHWM, &deep, sizeof(deep));
	if (!strcmp(mode, "curve") && server) {
		zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &yes, sizeof(yes));
		zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, server_secret, 41);
	} else if (!strcmp(mode, "curve")) {
		zmq_curve_keypair(key, secret);
		zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_key, 41);
		zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, key, 41);
		zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, 41);
	} else if (!strcmp(mode, "gssapi") && server) {
		zmq_setsockopt(socket, ZMQ_GSSAPI_SERVER, &yes, sizeof(yes));
	} else if (!strcmp(mode, "gssapi")) {
		zmq_setsockopt(socket, ZMQ_GSSAPI_SERVICE_PRINCIPAL, "zmq@localhost", 13);
	}
	return socket;
}

static void exchange(void *socket, char *room, size_t size, long count, int first)
{
	for (long i = 0; i < count; i++) {
		if (first)
			zmq_send(socket, room, size, 0);
		zmq_recv(socket, room, size, 0);
		if (!first)
			zmq_send(socket, room, size, 0);
	}
}

/* So many connections more are made, as it says with a byte each. */
static void wait_for_server(long count)
{
	char byte;

	while (count--)
		if (read(ready[0], &byte, 1) != 1)
			exit(1);
}

static void client(const char *mode, const char *kind, const char *endpoint, char *room, size_t size,
		   long count)
{
	void *context = zmq_ctx_new(), *socket;
	double begun;

	if (!strcmp(kind, "connect")) {
		begun = now();
		for (long i = 0; i < count; i++) {
			socket = secured(context, ZMQ_REQ, mode, 0);
			zmq_connect(socket, endpoint);
			exchange(socket, room, 1, 1, 1);
			zmq_close(socket);
		}
		printf("%.1f\n", (double)count / (now() - begun));
	} else if (!strcmp(kind, "req")) {
		socket = secured(context, ZMQ_REQ, mode, 0);
		zmq_connect(socket, endpoint);
		exchange(socket, room, size, WARM, 1);
		begun = now();
		exchange(socket, room, size, count, 1);
		printf("%.3f\n", (now() - begun) / (double)count * 1e6 / 2);
		zmq_close(socket);
	} else if (!strcmp(kind, "idle")) {
		socket = secured(context, ZMQ_PUSH, mode, 0);
		for (long i = 0; i < count; i++) {
			zmq_connect(socket, endpoint);
			if (i >= AT_ONCE)
				wait_for_server(1);
		}
		wait_for_server((count < AT_ONCE ? count : AT_ONCE) + 1); /* the last: it has looked */
		zmq_close(socket);
	} else {
		socket = secured(context, ZMQ_PUSH, mode, 0);
		zmq_connect(socket, endpoint);
		for (long i = 0; i < count + 1; i++)
			zmq_send(socket, room, size, 0);
		zmq_close(socket);
	}
	fflush(stdout);
	zmq_ctx_term(context);
}

int main(int argc, char **argv)
{
	void *context, *socket, *monitor = NULL;
	char endpoint[256], *room;
	size_t length = sizeof(endpoint), size;
	int status;
	struct rlimit files;
	long count;

	if (argc != 5)
		return 2;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	size = (size_t)atol(argv[3]);
	count = atol(argv[4]);
	room = calloc(1, size + 1);
	zmq_curve_keypair(server_key, server_secret);
	if (pipe(ready))
		return 1;
	if (!fork()) {
		if (read(ready[0], endpoint, sizeof(endpoint)) <= 0)
			_exit(1);
		client(argv[1], argv[2], endpoint, room, size, count);
		_exit(0);
	}
	context = zmq_ctx_new();
	socket = secured(context, strcmp(argv[2], "req") && strcmp(argv[2], "connect") ? ZMQ_PULL : ZMQ_REP,
			 argv[1], 1);
	if (!strcmp(argv[2], "idle")) {
		zmq_socket_monitor(socket, "inproc://made", ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
		monitor = zmq_socket(context, ZMQ_PAIR);
		zmq_connect(monitor, "inproc://made");
	}
	if (zmq_bind(socket, "tcp://127.0.0.1:*") ||
	    zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &length) ||
	    write(ready[1], endpoint, length) < 0)
		return 1;
	if (!strcmp(argv[2], "push")) {
		double begun;

		zmq_recv(socket, room, size, 0);
		begun = now();
		for (long i = 0; i < count; i++)
			zmq_recv(socket, room, size, 0);
		printf("%.0f\n", (double)count / (now() - begun));
	} else if (!strcmp(argv[2], "peak")) {
		long before = memory("VmRSS");

		for (long i = 0; i < count + 1; i++)
			zmq_recv(socket, room, size, 0);
		printf("%ld\n", memory("VmHWM") - before);
	} else if (!strcmp(argv[2], "idle")) {
		long before = memory("VmRSS");

		/* An event is a message of two frames, the other end's address the second. */
		for (long i = 0; i < count; i++) {
			zmq_recv(monitor, room, size, 0);
			zmq_recv(monitor, room, size, 0);
			if (write(ready[1], room, 1) < 0)
				return 1;
		}
		printf("%.2f\n", (double)(memory("VmRSS") - before) / (double)count);
		if (write(ready[1], room, 1) < 0)
			return 1;
	} else {
		exchange(socket, room, size, count + (strcmp(argv[2], "req") ? 0 : WARM), 0);
	}
	fflush(stdout);
	wait(&status);
	if (monitor) {
		zmq_socket_monitor(socket, NULL, 0);
		zmq_close(monitor);
	}
	zmq_close(socket);
	zmq_ctx_term(context);
	return status != 0;
}
