/* SPDX-License-Identifier: MIT */
/*
 * in_order: connections that are made one after the other, by the first calls of a process. Five REP connect
 * to one REQ, which asks them in the order in which it knows them: "12345" where that is the order of their
 * connections. Then what a subscriber wants is forwarded at once to a publisher that has connected before
 * it, to another port: "forwarded", or "lost" where it was not there by then.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#define SERVICES 5
#define PATIENCE 60000

static void *context;

static void *bound(int type, char *endpoint, size_t size, const char *monitor)
{
	void *socket = zmq_socket(context, type);
	int patience = PATIENCE;

	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	if ((monitor && zmq_socket_monitor(socket, monitor, ZMQ_EVENT_HANDSHAKE_SUCCEEDED)) ||
	    zmq_bind(socket, "tcp://127.0.0.1:*") ||
	    zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size))
		return NULL;
	return socket;
}

static void *connected(int type, const char *endpoint)
{
	void *socket = zmq_socket(context, type);
	int patience = PATIENCE;

	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	return zmq_connect(socket, endpoint) ? NULL : socket;
}

static void *watched(const char *monitor)
{
	void *socket = zmq_socket(context, ZMQ_PAIR);
	int patience = PATIENCE;

	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, sizeof(patience));
	zmq_connect(socket, monitor);
	return socket;
}

static int is_made(void *monitor)
{
	char bytes[256];

	return zmq_recv(monitor, bytes, sizeof(bytes), 0) > 0 &&
	       zmq_recv(monitor, bytes, sizeof(bytes), 0) > 0;
}

static int ask_all(void)
{
	char endpoint[64], bytes[8];
	void *req = bound(ZMQ_REQ, endpoint, sizeof(endpoint), "inproc://req"),
	     *monitor = watched("inproc://req");
	void *rep[SERVICES];
	zmq_pollitem_t items[SERVICES];

	for (int i = 0; i < SERVICES; i++) {
		rep[i] = connected(ZMQ_REP, endpoint);
		items[i] = (zmq_pollitem_t){.socket = rep[i], .events = ZMQ_POLLIN};
	}
	for (int i = 0; i < SERVICES; i++)
		if (!is_made(monitor))
			return 0;
	for (int i = 0; i < SERVICES; i++) {
		zmq_send(req, "?", 1, 0);
		zmq_poll(items, SERVICES, PATIENCE);
		for (int j = 0; j < SERVICES; j++) {
			if (!items[j].revents)
				continue;
			putchar('1' + j);
			zmq_recv(rep[j], bytes, sizeof(bytes), 0);
			zmq_send(rep[j], "!", 1, 0);
		}
		if (zmq_recv(req, bytes, sizeof(bytes), 0) != 1)
			return 0;
	}
	putchar('\n');
	return 1;
}

static int forward(void)
{
	char front_at[64], back_at[64], bytes[64];
	void *front = bound(ZMQ_XPUB, front_at, sizeof(front_at), NULL);
	void *back = bound(ZMQ_XSUB, back_at, sizeof(back_at), "inproc://back"),
	     *made = watched("inproc://back");
	void *pub = connected(ZMQ_XPUB, back_at), *sub = connected(ZMQ_SUB, front_at);
	int n, soon = 500;

	zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "", 0);
	n = zmq_recv(front, bytes, sizeof(bytes), 0);
	if (n < 0 || zmq_send(back, bytes, (size_t)n, 0) < 0 || !is_made(made))
		return 0;
	/* Who was not there by then hears of it when `back` is used again, which it is not. */
	zmq_setsockopt(pub, ZMQ_RCVTIMEO, &soon, sizeof(soon));
	puts(zmq_recv(pub, bytes, sizeof(bytes), 0) < 0 ? "lost" : "forwarded");
	return 1;
}

int main(void)
{
	context = zmq_ctx_new();
	/* Nothing is left to be said, and the process ends with all of it. */
	return ask_all() && forward() && !fflush(stdout) ? 0 : 1;
}
