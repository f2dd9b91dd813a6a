/* SPDX-License-Identifier: MIT */
/*
 * zmq_ends_busy ENDPOINT: four threads send to one that receives, by four I/O threads of libzmq, and the
 * process exits in the middle. Prints the time of the monotonic clock before, in ms.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zmq.h>

#define SENDERS 4
#define ENOUGH 2000

static void *context;
static const char *endpoint;
static atomic_long received;

static void *send_all(void *unused)
{
	void *push = zmq_socket(context, ZMQ_PUSH);
	char message[200] = {0};

	zmq_connect(push, endpoint);
	while (zmq_send(push, message, sizeof(message), 0) >= 0)
		;
	return unused;
}

static void *receive_all(void *pull)
{
	char message[200];

	while (zmq_recv(pull, message, sizeof(message), 0) >= 0)
		received++;
	return pull;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	struct timespec now;
	void *pull;

	endpoint = argc > 1 ? argv[1] : "";
	context = zmq_ctx_new();
	zmq_ctx_set(context, ZMQ_IO_THREADS, SENDERS);
	pull = zmq_socket(context, ZMQ_PULL);
	if (zmq_bind(pull, endpoint)) {
		perror("bind");
		return 1;
	}
	pthread_create(&thread, NULL, receive_all, pull);
	for (int i = 0; i < SENDERS; i++)
		pthread_create(&thread, NULL, send_all, NULL);
	while (received < ENOUGH)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* polls the count */
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%ld\n", now.tv_sec * 1000 + now.tv_nsec / 1000000);
	fflush(stdout);
	exit(0);
}
