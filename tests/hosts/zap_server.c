/* SPDX-License-Identifier: MIT */
/*
 * A server whose own ZAP handler (rfc.zeromq.org/spec/27) lets some in and denies others, as programs write
 * it: in a thread, on a REP or ROUTER socket.
 *
 *   zap_server REP|ROUTER HOW DENIED ANSWERS GIVES READY [null|routed|off]
 *
 * HOW a denied client is answered: 300, 400 or 500; "silent": not at all; "late": 400, and each request only
 * when there is the next, where there is one (ROUTER only); "short": without metadata; "status": by "20";
 * "version": of another ZAP; "metadata": that is none. With "nobody" none is denied, or named. DENIED: a
 * credential; the others get 200, the user "user of CREDENTIAL" and the metadata "X-Role: guest"; with 500
 * some that are not for a handler to say. The endpoint ANSWERS is a REP that answers, GIVES a PUSH that gives
 * "for you" for ever. Both ask libzmq for GSSAPI; with null they do not, with routed ANSWERS has a routing
 * id, and with off there is no handler.
 *
 * Prints each request as "asked DOMAIN ADDRESS ID MECHANISM CREDENTIAL", and each message as "got TEXT from
 * USER-ID, X-ROLE". By SIGTERM it ends, with its context.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#define FRAMES 16

struct message {
	int count;
	char frame[FRAMES][512];
	size_t length[FRAMES];
};

static void *context;
static char **arg;
static volatile sig_atomic_t over;

static void end(int signal_number)
{
	over = signal_number;
}

static int receive(void *s, struct message *m)
{
	int more = 1;
	size_t size = sizeof(more);

	memset(m, 0, sizeof(*m));
	for (m->count = 0; more && m->count < FRAMES; m->count++) {
		int n = zmq_recv(s, m->frame[m->count], sizeof(m->frame[0]) - 1, 0);

		if (n < 0)
			return -1;
		m->length[m->count] = (size_t)n;
		zmq_getsockopt(s, ZMQ_RCVMORE, &more, &size);
	}
	return 0;
}

static int version_at(const struct message *m)
{
	for (int i = 0; i < m->count; i++)
		if (!strcmp(m->frame[i], "1.0"))
			return i;
	return -1;
}

static void text(void *s, const char *bytes, int more)
{
	zmq_send(s, bytes, strlen(bytes), more ? ZMQ_SNDMORE : 0);
}

static int is(const char *how)
{
	return !strcmp(arg[2], how);
}

/* The reply to a request whose version is frame `at`, envelope included. */
static void reply(void *s, const struct message *m)
{
	static const char role[] = "\6X-Role\0\0\0\5guest",
			  odd[] = "\7User-Id\0\0\0\4root\13Socket-Type\0\0\0\3XYZ";
	int at = version_at(m);
	const char *credential = m->count > at + 6 ? m->frame[at + 6] : "";
	int deny = !is("nobody") && !strcmp(credential, arg[3]);
	char user[600];

	printf("asked '%s' '%s' '%s' '%s' '%s'\n", m->frame[at + 2], m->frame[at + 3], m->frame[at + 4],
	       m->frame[at + 5], credential);
	if (deny && is("silent"))
		return;
	for (int i = 0; i < at; i++)
		zmq_send(s, m->frame[i], m->length[i], ZMQ_SNDMORE);
	snprintf(user, sizeof(user), "user of %s", credential);
	text(s, deny && is("version") ? "2.0" : "1.0", 1);
	text(s, m->frame[at + 1], 1);
	text(s,
	     !deny				    ? "200"
	     : arg[2][0] >= '3' && arg[2][0] <= '5' ? arg[2]
	     : is("late")			    ? "400"
	     : is("status")			    ? "20"
						    : "200",
	     1);
	text(s, deny ? "denied by the program" : "welcome", 1);
	text(s, deny || is("nobody") ? "" : user, !(deny && is("short")));
	if (deny && is("metadata"))
		text(s, "\11none", 0);
	else if (deny && !is("short"))
		text(s, "", 0);
	else if (!deny && is("500"))
		zmq_send(s, odd, sizeof(odd) - 1, 0);
	else if (!deny)
		zmq_send(s, role, sizeof(role) - 1, 0);
}

static void *handle(void *s)
{
	static struct message held, m;
	zmq_pollitem_t item = {s, 0, ZMQ_POLLIN, 0};
	int holds = 0;

	while (zmq_poll(&item, 1, holds ? 300 : -1) >= 0) {
		if (!(item.revents & ZMQ_POLLIN)) {
			reply(s, &held);
			holds = 0;
			continue;
		}
		if (receive(s, &m))
			break;
		if (is("late") && !holds) {
			held = m;
			holds = 1;
			continue;
		}
		reply(s, &m);
		if (holds)
			reply(s, &held);
		holds = 0;
	}
	zmq_close(s);
	return NULL;
}

static void *bound(int type, const char *endpoint, int secured)
{
	void *s = zmq_socket(context, type);
	int now = 0, yes = 1, patience = 3000;

	zmq_setsockopt(s, ZMQ_LINGER, &now, sizeof(now));
	if (secured)
		zmq_setsockopt(s, ZMQ_ZAP_DOMAIN, "global", 6);
	if (secured && arg[7] && !strcmp(arg[7], "routed"))
		zmq_setsockopt(s, ZMQ_ROUTING_ID, "me", 2);
	if (secured)
		zmq_setsockopt(s, ZMQ_HANDSHAKE_IVL, &patience, sizeof(patience));
	if (secured && !(arg[7] && !strcmp(arg[7], "null")))
		zmq_setsockopt(s, ZMQ_GSSAPI_SERVER, &yes, sizeof(yes));
	if (zmq_bind(s, endpoint)) {
		fprintf(stderr, "zap_server: %s: %s\n", endpoint, zmq_strerror(zmq_errno()));
		exit(2);
	}
	return s;
}

static void answer(void *s)
{
	const char *user, *role;
	zmq_msg_t m;

	zmq_msg_init(&m);
	zmq_msg_recv(&m, s, 0);
	user = zmq_msg_gets(&m, "User-Id");
	role = zmq_msg_gets(&m, "X-Role");
	printf("got %.*s from %s, %s\n", (int)zmq_msg_size(&m), (char *)zmq_msg_data(&m),
	       user ? user : "nobody", role ? role : "nothing");
	zmq_msg_close(&m);
	zmq_send(s, "answer", 6, 0);
}

int main(int argc, char **argv)
{
	void *handler, *answers, *gives;
	pthread_t thread;

	if (argc < 7)
		return 2;
	arg = argv;
	signal(SIGTERM, end);
	setvbuf(stdout, NULL, _IOLBF, 0);
	context = zmq_ctx_new();
	if (!(arg[7] && !strcmp(arg[7], "off"))) {
		handler = bound(!strcmp(argv[1], "REP") ? ZMQ_REP : ZMQ_ROUTER, "inproc://zeromq.zap.01", 0);
		pthread_create(&thread, NULL, handle, handler);
	}
	answers = bound(ZMQ_REP, argv[4], 1);
	gives = bound(ZMQ_PUSH, argv[5], 1);
	close(open(argv[6], O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	while (!over) {
		zmq_pollitem_t items[] = {{answers, 0, ZMQ_POLLIN, 0}, {gives, 0, ZMQ_POLLOUT, 0}};

		zmq_poll(items, 2, 200);
		if (items[1].revents & ZMQ_POLLOUT) {
			zmq_send(gives, "for you", 7, ZMQ_DONTWAIT);
			zmq_poll(items, 1, 10);
		}
		if (items[0].revents & ZMQ_POLLIN)
			answer(answers);
	}
	zmq_close(answers);
	zmq_close(gives);
	zmq_ctx_term(context);
	puts("ended");
	return 0;
}
