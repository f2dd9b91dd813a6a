/* SPDX-License-Identifier: MIT */
/*
 * A plugin that uses libzmq, as a language extension or a server module does: run() sends one message over
 * inproc and says what came. Its program need not link libzmq.
 */
#include <stdio.h>
#include <string.h>
#include <zmq.h>

void run(void);

static void tell(void *rep, void *req)
{
	char endpoint[64] = "", text[16] = "";
	size_t size = sizeof(endpoint);
	int type = -1, got;

	zmq_getsockopt(rep, ZMQ_LAST_ENDPOINT, endpoint, &size);
	size = sizeof(type);
	zmq_getsockopt(rep, ZMQ_TYPE, &type, &size);
	zmq_send(req, "hello", 5, 0);
	got = zmq_recv(rep, text, sizeof(text) - 1, 0);
	printf("%s type %d: %d %s\n", endpoint, type, got, text);
}

void run(void)
{
	void *context = zmq_ctx_new(), *rep, *req;
	int linger = 0, bound, connected;

	if (!context) {
		printf("no context: %s\n", zmq_strerror(zmq_errno()));
		return;
	}
	rep = zmq_socket(context, ZMQ_REP);
	req = zmq_socket(context, ZMQ_REQ);
	zmq_setsockopt(req, ZMQ_LINGER, &linger, sizeof(linger));
	bound = zmq_bind(rep, "inproc://plugin");
	connected = zmq_connect(req, "inproc://plugin");
	if (bound || connected)
		printf("bind %d connect %d: %s\n", bound, connected, zmq_strerror(zmq_errno()));
	else
		tell(rep, req);
	zmq_close(req);
	zmq_close(rep);
	printf("term %d\n", zmq_ctx_term(context));
}
