/* SPDX-License-Identifier: MIT */
/*
 * An ordinary ZeroMQ program, told what to do by its arguments: the C twin of zpair.py.
 *
 *   socket TYPE           a new socket (PAIR, REQ ...) that the following words are about; receives for 20 s
 *   use N                 back to the Nth socket, from 0
 *   set OPTION VALUE      ZMQ_OPTION in lower case without ZMQ_; a number or, where the option is one of
 * bytes, a text bind, connect, unbind, disconnect ENDPOINT touch FILE            tells a test how far it came
 *   await FILE            waits up to 20 s until FILE is there
 *   send TEXT             one message
 *   recv                  prints "got TEXT" of the last part
 *   recv-not MS           expects that nothing arrives for so long: prints "nothing"
 *   answer COUNT          COUNT times: receives, prints, sends "re TEXT" to where it came from
 *   close                 closes the socket
 *
 * A call that fails prints "WORD: ERRNO-TEXT" and the program goes on, as legacy programs do; its exit status
 * is then 4.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define SOCKETS 8
#define PATIENCE_MS 300000 /* for hangs, on the slowest machine */

struct named {
	const char *name;
	int value;
	int bytes; /* an option whose value is no int */
};

static const struct named types[] = {
	{"PAIR", ZMQ_PAIR, 0},
	{"PUB", ZMQ_PUB, 0},
	{"SUB", ZMQ_SUB, 0},
	{"REQ", ZMQ_REQ, 0},
	{"REP", ZMQ_REP, 0},
	{"DEALER", ZMQ_DEALER, 0},
	{"PULL", ZMQ_PULL, 0},
	{"PUSH", ZMQ_PUSH, 0},
	{"ROUTER", ZMQ_ROUTER, 0},
	{"STREAM", ZMQ_STREAM, 0},
	{"RADIO", 14, 0},
	{"DISH", 15, 0},
	{NULL, 0, 0}, /* the last two are of the draft API */
};

static const struct named options[] = {
	{"linger", ZMQ_LINGER, 0},
	{"rcvtimeo", ZMQ_RCVTIMEO, 0},
	{"sndtimeo", ZMQ_SNDTIMEO, 0},
	{"immediate", ZMQ_IMMEDIATE, 0},
	{"reconnect_ivl", ZMQ_RECONNECT_IVL, 0},
	{"reconnect_stop", 109, 0}, /* of the draft API */
	{"ipv6", ZMQ_IPV6, 0},
	{"use_fd", ZMQ_USE_FD, 0},
	{"handshake_ivl", ZMQ_HANDSHAKE_IVL, 0},
	{"zap_domain", ZMQ_ZAP_DOMAIN, 1},
	{"socks_proxy", ZMQ_SOCKS_PROXY, 1},
	{"router_raw", ZMQ_ROUTER_RAW, 0},
	{"plain_server", ZMQ_PLAIN_SERVER, 0},
	{"plain_username", ZMQ_PLAIN_USERNAME, 1},
	{"plain_password", ZMQ_PLAIN_PASSWORD, 1},
	{"curve_server", ZMQ_CURVE_SERVER, 0},
	{"curve_publickey", ZMQ_CURVE_PUBLICKEY, 1},
	{"curve_secretkey", ZMQ_CURVE_SECRETKEY, 1},
	{"curve_serverkey", ZMQ_CURVE_SERVERKEY, 1},
	{"gssapi_server", ZMQ_GSSAPI_SERVER, 0},
	{"gssapi_principal", ZMQ_GSSAPI_PRINCIPAL, 1},
	{"gssapi_service_principal", ZMQ_GSSAPI_SERVICE_PRINCIPAL, 1},
	{"gssapi_plaintext", ZMQ_GSSAPI_PLAINTEXT, 0},
	{"gssapi_principal_nametype", ZMQ_GSSAPI_PRINCIPAL_NAMETYPE, 0},
	{"gssapi_service_principal_nametype", ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, 0},
	{NULL, 0, 0},
};

static void *context, *sockets[SOCKETS];
static int count, current, failed;

static const struct named *find(const struct named *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table;
	fprintf(stderr, "zpair: what is '%s'?\n", name);
	exit(2);
}

static void judge(const char *word, int result)
{
	if (result >= 0)
		return;
	printf("%s: %s\n", word, zmq_strerror(zmq_errno()));
	failed = 1;
}

static void new_socket(const char *type)
{
	int patience = PATIENCE_MS, linger = 20000;

	current = count++;
	sockets[current] = zmq_socket(context, find(types, type)->value);
	zmq_setsockopt(sockets[current], ZMQ_RCVTIMEO, &patience, sizeof(patience));
	zmq_setsockopt(sockets[current], ZMQ_SNDTIMEO, &patience, sizeof(patience));
	zmq_setsockopt(sockets[current], ZMQ_LINGER, &linger, sizeof(linger));
}

static void set(const char *option, const char *value)
{
	const struct named *o = find(options, option);
	int number = atoi(value);

	judge(option, o->bytes ? zmq_setsockopt(sockets[current], o->value, value, strlen(value))
			       : zmq_setsockopt(sockets[current], o->value, &number, sizeof(number)));
}

/* Receives a whole message, keeping an identity in front of it for the answer. Returns the text's length or
 * -1. */
static int receive(char *identity, int *identity_length, char *text, int size)
{
	int n = zmq_recv(sockets[current], text, (size_t)size - 1, 0), more = 0;
	size_t length = sizeof(more);

	*identity_length = 0;
	while (n >= 0 && !zmq_getsockopt(sockets[current], ZMQ_RCVMORE, &more, &length) && more) {
		memcpy(identity, text, (size_t)n);
		*identity_length = n;
		n = zmq_recv(sockets[current], text, (size_t)size - 1, 0);
	}
	if (n >= size)
		n = size - 1;
	text[n < 0 ? 0 : n] = 0;
	return n;
}

static void answer(int times)
{
	char identity[256], text[256], reply[300];
	int identity_length;

	while (times--) {
		if (receive(identity, &identity_length, text, sizeof(text)) < 0) {
			judge("answer", -1);
			return;
		}
		printf("got %s\n", text);
		if (identity_length)
			zmq_send(sockets[current], identity, (size_t)identity_length, ZMQ_SNDMORE);
		snprintf(reply, sizeof(reply), "re %s", text);
		judge("answer", zmq_send(sockets[current], reply, strlen(reply), 0));
	}
}

static void recv_one(void)
{
	char identity[256], text[256];
	int identity_length;

	if (receive(identity, &identity_length, text, sizeof(text)) < 0)
		judge("recv", -1);
	else
		printf("got %s\n", text);
}

static void recv_not(int ms)
{
	int patience = PATIENCE_MS;

	zmq_setsockopt(sockets[current], ZMQ_RCVTIMEO, &ms, sizeof(ms));
	if (zmq_recv(sockets[current], NULL, 0, 0) < 0 && zmq_errno() == EAGAIN)
		puts("nothing");
	else
		puts("something");
	zmq_setsockopt(sockets[current], ZMQ_RCVTIMEO, &patience, sizeof(patience));
}

static void await(const char *file)
{
	for (int i = 0; access(file, F_OK); i++) {
		if (i == PATIENCE_MS / 5) {
			fprintf(stderr, "zpair: %s never came\n", file);
			exit(3);
		}
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL); /* polls for the file */
	}
}

static void touch(const char *file)
{
	int fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

/* Carries out one word; returns how many arguments it took beyond itself. */
static int obey(char **word)
{
	void *s = sockets[current];
	const char *a = word[1];

	if (!strcmp(word[0], "recv"))
		return recv_one(), 0;
	if (!strcmp(word[0], "close"))
		return judge("close", zmq_close(s)), sockets[current] = NULL, 0;
	if (!a) {
		fprintf(stderr, "zpair: '%s' needs a word after it\n", word[0]);
		exit(2);
	}
	if (!strcmp(word[0], "socket"))
		new_socket(a);
	else if (!strcmp(word[0], "use"))
		current = atoi(a);
	else if (!strcmp(word[0], "set"))
		return set(a, word[2]), 2;
	else if (!strcmp(word[0], "bind"))
		judge("bind", zmq_bind(s, a));
	else if (!strcmp(word[0], "connect"))
		judge("connect", zmq_connect(s, a));
	else if (!strcmp(word[0], "unbind"))
		judge("unbind", zmq_unbind(s, a));
	else if (!strcmp(word[0], "disconnect"))
		judge("disconnect", zmq_disconnect(s, a));
	else if (!strcmp(word[0], "touch"))
		touch(a);
	else if (!strcmp(word[0], "await"))
		await(a);
	else if (!strcmp(word[0], "send"))
		judge("send", zmq_send(s, a, strlen(a), 0));
	else if (!strcmp(word[0], "recv-not"))
		recv_not(atoi(a));
	else if (!strcmp(word[0], "answer"))
		answer(atoi(a));
	else {
		fprintf(stderr, "zpair: what is '%s'?\n", word[0]);
		exit(2);
	}
	return 1;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	context = zmq_ctx_new();
	for (int i = 1; i < argc; i++)
		i += obey(argv + i);
	for (int i = 0; i < count; i++)
		if (sockets[i])
			zmq_close(sockets[i]);
	zmq_ctx_term(context);
	return failed ? 4 : 0;
}
