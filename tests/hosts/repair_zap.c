/* SPDX-License-Identifier: MIT */
/*
 * A server whose own ZAP handler (rfc.zeromq.org/spec/27) lets some in and denies others, as programs write
 * it: in a thread, on a REP or ROUTER socket, with one of libzmq's ways to send.
 *
 *   repair_zap REP|ROUTER SEND STATUS DENIED ANSWERS GIVES READY
 *
 * SEND: zmq_send, zmq_msg_send, zmq_sendmsg, zmq_send_const, late (zmq_msg_send by a handler that answers
 * one request only when it has the next, where there is one; ROUTER only), crowd (zmq_msg_send in a program
 * that has 100 XSUB sockets) or hoard (zmq_msg_send by a handler that is asked 200 times by others before it
 * answers; ROUTER only). STATUS: what a denied client is
 * given (300, 400, 500). DENIED: a principal, the others get 200. The endpoint ANSWERS is a REP that answers,
 * GIVES a PUSH that gives "for you" for ever.
 * Prints "denied PRINCIPAL" and "allowed PRINCIPAL" for each request, "got TEXT" for each message.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#define FRAMES 16

struct message {
	int count;
	zmq_msg_t frame[FRAMES];
};

static void *context;
static char **arg;

static int receive(void *s, struct message *m, int flags)
{
	int more = 1;

	for (m->count = 0; more && m->count < FRAMES; m->count++) {
		zmq_msg_init(&m->frame[m->count]);
		if (zmq_msg_recv(&m->frame[m->count], s, flags) < 0)
			return -1;
		more = zmq_msg_more(&m->frame[m->count]);
		flags = 0;
	}
	return 0;
}

static int is(zmq_msg_t *frame, const char *text)
{
	return zmq_msg_size(frame) == strlen(text) && !memcmp(zmq_msg_data(frame), text, strlen(text));
}

static void send_frame(void *s, const void *bytes, size_t length, int more)
{
	const char *way = arg[2];
	zmq_msg_t m;

	if (!strcmp(way, "zmq_send")) {
		zmq_send(s, bytes, length, more);
		return;
	}
	if (!strcmp(way, "zmq_send_const")) {
		zmq_send_const(s, bytes, length, more);
		return;
	}
	zmq_msg_init_size(&m, length);
	memcpy(zmq_msg_data(&m), bytes, length);
	if (!strcmp(way, "zmq_sendmsg"))
		zmq_sendmsg(s, &m, more);
	else
		zmq_msg_send(&m, s, more);
}

/* The reply to a request whose version is frame `at`, envelope included. */
static void reply(void *s, struct message *m, int at)
{
	zmq_msg_t *mechanism = &m->frame[at + 5], *principal = &m->frame[at + 6];
	int gssapi = m->count > at + 6 && is(mechanism, "GSSAPI");
	int deny = !gssapi || is(principal, arg[4]);
	static const char *const texts[] = {"denied by the program", "welcome"};

	printf("%s %.*s\n", deny ? "denied" : "allowed", gssapi ? (int)zmq_msg_size(principal) : 4,
	       gssapi ? (const char *)zmq_msg_data(principal) : "what");
	for (int i = 0; i < at; i++)
		send_frame(s, zmq_msg_data(&m->frame[i]), zmq_msg_size(&m->frame[i]), ZMQ_SNDMORE);
	send_frame(s, "1.0", 3, ZMQ_SNDMORE);
	send_frame(s, zmq_msg_data(&m->frame[at + 1]), zmq_msg_size(&m->frame[at + 1]), ZMQ_SNDMORE);
	send_frame(s, deny ? arg[3] : "200", 3, ZMQ_SNDMORE);
	send_frame(s, texts[!deny], strlen(texts[!deny]), ZMQ_SNDMORE);
	send_frame(s, deny ? "" : "user", deny ? 0 : 4, ZMQ_SNDMORE);
	send_frame(s, "", 0, 0);
	for (int i = 0; i < m->count; i++)
		zmq_msg_close(&m->frame[i]);
}

static int version_at(struct message *m)
{
	for (int i = 0; i < m->count; i++)
		if (is(&m->frame[i], "1.0"))
			return i;
	return -1;
}

/* 200 others ask, each by a socket of its own, and are left without an answer. */
static void hear_others(void *s)
{
	static const char *const frames[] = {"", "1.0", "1", "global", "127.0.0.1", "", "PLAIN", "a", "b"};
	static struct message m;
	void *others[200];
	int last = sizeof(frames) / sizeof(frames[0]) - 1;

	for (int i = 0; i < 200; i++) {
		others[i] = zmq_socket(context, ZMQ_DEALER);
		zmq_connect(others[i], "inproc://zeromq.zap.01");
		for (int f = 0; f <= last; f++)
			zmq_send(others[i], frames[f], strlen(frames[f]), f < last ? ZMQ_SNDMORE : 0);
		if (receive(s, &m, 0))
			return;
		for (int f = 0; f < m.count; f++)
			zmq_msg_close(&m.frame[f]);
	}
}

static void *handle(void *s)
{
	static struct message held, m;
	int holds = 0, heard = 0, late = !strcmp(arg[2], "late");
	zmq_pollitem_t item = {s, 0, ZMQ_POLLIN, 0};

	while (zmq_poll(&item, 1, holds ? 300 : -1) >= 0) {
		if (!(item.revents & ZMQ_POLLIN)) {
			reply(s, &held, version_at(&held));
			holds = 0;
			continue;
		}
		if (receive(s, &m, 0))
			break;
		if (version_at(&m) < 0)
			continue;
		if (!strcmp(arg[2], "hoard") && !heard++)
			hear_others(s);
		if (late && !holds) {
			held = m; /* frames are plain memory: held is now their owner */
			holds = 1;
			continue;
		}
		reply(s, &m, version_at(&m));
		if (holds)
			reply(s, &held, version_at(&held));
		holds = 0;
	}
	return NULL;
}

static void *bound(int type, const char *endpoint, int zap)
{
	void *s = zmq_socket(context, type);
	int now = 0;

	zmq_setsockopt(s, ZMQ_LINGER, &now, sizeof(now));
	if (zap)
		zmq_setsockopt(s, ZMQ_ZAP_DOMAIN, "global", 6);
	if (zmq_bind(s, endpoint)) {
		fprintf(stderr, "repair_zap: %s: %s\n", endpoint, zmq_strerror(zmq_errno()));
		exit(2);
	}
	return s;
}

int main(int argc, char **argv)
{
	void *handler, *answers, *gives;
	pthread_t thread;
	char text[256];

	if (argc != 8)
		return 2;
	arg = argv;
	setvbuf(stdout, NULL, _IOLBF, 0);
	context = zmq_ctx_new();
	for (int i = 0; i < 100 && !strcmp(argv[2], "crowd"); i++)
		zmq_socket(context, ZMQ_XSUB);
	handler = bound(!strcmp(argv[1], "REP") ? ZMQ_REP : ZMQ_ROUTER, "inproc://zeromq.zap.01", 0);
	pthread_create(&thread, NULL, handle, handler);
	answers = bound(ZMQ_REP, argv[5], 1);
	gives = bound(ZMQ_PUSH, argv[6], 1);
	close(open(argv[7], O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	while (1) {
		zmq_pollitem_t items[] = {{answers, 0, ZMQ_POLLIN, 0}, {gives, 0, ZMQ_POLLOUT, 0}};

		zmq_poll(items, 2, -1);
		if (items[1].revents & ZMQ_POLLOUT) {
			zmq_send(gives, "for you", 7, ZMQ_DONTWAIT);
			zmq_poll(items, 1, 10);
		}
		if (items[0].revents & ZMQ_POLLIN) {
			int n = zmq_recv(answers, text, sizeof(text), 0);

			printf("got %.*s\n", n, text);
			zmq_send(answers, "answer", 6, 0);
		}
	}
}
