/* SPDX-License-Identifier: MIT */
/*
 * The ordinary program that a hostile peer attacks. It knows nothing of security.
 *
 *   hostile_victim server TYPE ENDPOINT READY
 *       binds, makes READY, answers every message where its type can, until killed
 *   hostile_victim clients TYPE ENDPOINT COUNT THREADS
 *       COUNT sockets in all, one after another on each thread: connects, waits until that connection is over
 *
 * The clients print how many connections ended; one that does not within PATIENCE_MS makes the exit status 1.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#define PATIENCE_MS 10000
#define PARTS 8
#define SECRET "the wire must not show this" /* as the tests have it */

static void *context;
static const char *endpoint;
static int each, type;

static int type_of(const char *name)
{
	static const struct {
		const char *name;
		int type;
	} types[] = {{"REP", ZMQ_REP},	 {"ROUTER", ZMQ_ROUTER}, {"DEALER", ZMQ_DEALER}, {"PULL", ZMQ_PULL},
		     {"XPUB", ZMQ_XPUB}, {"PUB", ZMQ_PUB},	 {"PAIR", ZMQ_PAIR},	 {"SUB", ZMQ_SUB}};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(types[i].name, name))
			return types[i].type;
	fprintf(stderr, "hostile_victim: what is '%s'?\n", name);
	exit(2);
}

/* Receives a whole message and sends it back, what stands before its body included. */
static void answer(void *s, int answers)
{
	zmq_msg_t part[PARTS];
	int n = 0, more = 1;

	while (more && n < PARTS) {
		zmq_msg_init(&part[n]);
		if (zmq_msg_recv(&part[n], s, 0) < 0) {
			zmq_msg_close(&part[n]);
			break;
		}
		more = zmq_msg_more(&part[n++]);
	}
	for (int i = 0; i < n; i++)
		if (!answers || zmq_msg_send(&part[i], s, ZMQ_DONTWAIT | (i < n - 1 ? ZMQ_SNDMORE : 0)) < 0)
			zmq_msg_close(&part[i]);
}

static int serve(const char *ready)
{
	void *s = zmq_socket(context, type);
	int fd;

	if (zmq_bind(s, endpoint)) {
		fprintf(stderr, "hostile_victim: bind: %s\n", zmq_strerror(zmq_errno()));
		return 1;
	}
	fd = open(ready, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	while (1)
		answer(s, type == ZMQ_REP || type == ZMQ_ROUTER || type == ZMQ_PAIR || type == ZMQ_DEALER);
}

/* Waits on a monitor for the end of its socket's connection. */
static int ended(void *monitor)
{
	zmq_msg_t message;
	uint16_t event;

	while (1) {
		zmq_msg_init(&message);
		if (zmq_msg_recv(&message, monitor, 0) < 0)
			return 0;
		memcpy(&event, zmq_msg_data(&message), sizeof(event));
		zmq_msg_recv(&message, monitor, 0);
		zmq_msg_close(&message);
		if (event == ZMQ_EVENT_DISCONNECTED || event == ZMQ_EVENT_CLOSED)
			return 1;
	}
}

static int one(int thread, int number)
{
	void *s = zmq_socket(context, type), *monitor = zmq_socket(context, ZMQ_PAIR);
	int never = -1, zero = 0, patience = PATIENCE_MS, over;
	char name[40];

	snprintf(name, sizeof(name), "inproc://monitor-%d-%d", thread, number);
	zmq_setsockopt(s, ZMQ_RECONNECT_IVL, &never, sizeof(never));
	zmq_setsockopt(s, ZMQ_LINGER, &zero, sizeof(zero));
	zmq_setsockopt(monitor, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	zmq_socket_monitor(s, name, ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED);
	zmq_connect(monitor, name);
	if (type != ZMQ_SUB)
		zmq_send(s, SECRET, sizeof(SECRET) - 1, ZMQ_DONTWAIT);
	else
		zmq_setsockopt(s, ZMQ_SUBSCRIBE, "", 0);
	over = zmq_connect(s, endpoint) == 0 && ended(monitor);
	zmq_close(s);
	zmq_close(monitor);
	return over;
}

static void *clients(void *arg)
{
	int thread = (int)(intptr_t)arg, over = 0;

	for (int i = 0; i < each; i++)
		over += one(thread, i);
	return (void *)(intptr_t)over;
}

static int all_clients(int count, int threads)
{
	pthread_t thread[32];
	intptr_t over = 0;
	void *result;

	if (threads < 1 || threads > 32)
		return 2;
	each = count / threads;
	for (int i = 0; i < threads; i++)
		pthread_create(&thread[i], NULL, clients, (void *)(intptr_t)i);
	for (int i = 0; i < threads; i++) {
		pthread_join(thread[i], &result);
		over += (intptr_t)result;
	}
	printf("ended: %ld of %d\n", (long)over, each * threads);
	zmq_ctx_term(context); /* an I/O thread inside libgssapi does not survive that library's finalizer */
	return over != each * threads;
}

int main(int argc, char **argv)
{
	context = zmq_ctx_new();
	if (argc == 5 && !strcmp(argv[1], "server")) {
		endpoint = argv[3];
		type = type_of(argv[2]);
		return serve(argv[4]);
	}
	if (argc == 6 && !strcmp(argv[1], "clients")) {
		type = type_of(argv[2]);
		endpoint = argv[3];
		return all_clients(atoi(argv[4]), atoi(argv[5]));
	}
	fputs("usage: hostile_victim server TYPE ENDPOINT READY | clients TYPE ENDPOINT COUNT THREADS\n",
	      stderr);
	return 2;
}
