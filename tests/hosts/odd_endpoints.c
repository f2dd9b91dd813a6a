/* SPDX-License-Identifier: MIT */
/*
 * An ordinary program that binds and connects what may be no endpoint at all, by sockets of several types,
 * with IPv6 and without. Where it runs there are a folder, a file, and the links loop, to itself, and
 * dangling.
 *
 * odd_endpoints SEED COUNT   what is listed here, and COUNT more that are put together at random
 *
 * Prints of each a line: type, ZMQ_IPV6, bind or connect, the endpoint, and the errno's name or "ok". Left
 * out is what libzmq itself does not survive (norm://, ports of UDP that one may not have).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

static const struct {
	const char *name;
	int type;
} types[] = {{"DEALER", ZMQ_DEALER}, {"PUB", ZMQ_PUB}, {"STREAM", ZMQ_STREAM},
	     {"RADIO", 14},	     {"DISH", 15},     {"DGRAM", 18}};
#define TYPES (sizeof(types) / sizeof(types[0]))

static const char *const listed[] = {
	"",
	":",
	"://",
	"//",
	"tcp",
	"tcp:",
	"tcp:/",
	"tcp://",
	"TCP://127.0.0.1:5",
	" tcp://127.0.0.1:5",
	"foo://bar",
	"://bar",
	"a-transport-with-a-name-that-is-longer-than-any://x",
	"tcp://a;tcp://b",
	"tcp://*",
	"tcp://:",
	"tcp://*:",
	"tcp://*:*",
	"tcp://*:0",
	"tcp://*:5555",
	"tcp://*:5555:7",
	"tcp://*:65535",
	"tcp://*:65536",
	"tcp://*:65537",
	"tcp://*:-1",
	"tcp://*:+7",
	"tcp://*: 7",
	"tcp://*:7 ",
	"tcp://*:7x",
	"tcp://*:x7",
	"tcp://*:http",
	"tcp://*:0x50",
	"tcp://*:00",
	"tcp://*:070",
	"tcp://*:99999999999",
	"tcp://*:99999999999999999999",
	"tcp://:5555",
	"tcp://127.0.0.1",
	"tcp://127.0.0.1:",
	"tcp://127.0.0.1:*",
	"tcp://127.0.0.1:5555",
	"tcp://127.0.0.1:5555/",
	"tcp://127.0.0.1:5555/x",
	"tcp://127.0.0.1:5555 ",
	"tcp://127.0.0.1:5555,5556",
	"tcp://127.1:*",
	"tcp://0x7f.1:*",
	"tcp://2130706433:*",
	"tcp://127.0.0.1.:*",
	"tcp://127.0.0.256:*",
	"tcp://127.0.0.1 :*",
	"tcp://[127.0.0.1]:*",
	"tcp://[127.0.0.1:*",
	"tcp://127.0.0.1]:*",
	"tcp://[]:*",
	"tcp://[*]:*",
	"tcp://[::1]",
	"tcp://[::1]:",
	"tcp://[::1]:5",
	"tcp://::1:5",
	"tcp://[::1]:*",
	"tcp://[::1%lo]:*",
	"tcp://[::1%1]:*",
	"tcp://[::1%0]:*",
	"tcp://[::1%]:*",
	"tcp://[::1%nosuch]:*",
	"tcp://[fe80::1%lo]:*",
	"tcp://[::ffff:127.0.0.1]:*",
	"tcp://[::]:*",
	"tcp://[:::1]:*",
	"tcp://[2001:db8::1]:*",
	"tcp://*%lo:*",
	"tcp://127.0.0.1%lo:*",
	"tcp://lo:*",
	"tcp://lo:5557",
	"tcp://lo:",
	"tcp://lo",
	"tcp://lo:1:*",
	"tcp://lo0:*",
	"tcp://nosuch0:*",
	"tcp://nosuch0:5555",
	"tcp://an-interface-of-a-longer-name:5",
	"tcp://localhost:*",
	"tcp://localhost:5",
	"tcp://no.such.host.invalid:5",
	"tcp://no.such.host.invalid:*",
	"tcp://no_such_host:5",
	"tcp://-x:5",
	"tcp://.:5",
	"tcp://a b:5",
	"tcp://h\303\266st:5",
	"tcp://1.2.3.4:*",
	"tcp://1.2.3.4:5",
	"tcp://255.255.255.255:5",
	"tcp://224.0.0.1:5",
	"tcp://0.0.0.0:*",
	"tcp://0:5",
	"tcp://127.0.0.1:0",
	"tcp://127.0.0.1:0;127.0.0.1:5",
	"tcp://127.0.0.1:*;127.0.0.1:5",
	"tcp://127.0.0.1:*;127.0.0.1:*",
	"tcp://127.0.0.1;127.0.0.1:5",
	"tcp://lo:0;127.0.0.1:*",
	"tcp://nosuch0:0;127.0.0.1:*",
	"tcp://;127.0.0.1:5",
	"tcp://127.0.0.1:5;",
	"tcp://;",
	"tcp://1.2.3.4:0;127.0.0.1:*",
	"tcp://localhost:0;127.0.0.1:5",
	"tcp://a;b:5",
	"tcp://a:1;b:5",
	"tcp://*:*;*:*",
	"tcp://a:b:c:d",
	"tcp://user@127.0.0.1:5",
	"tcp://127.0.0.1:5?x",
	"tcp://\t:5",
	"tcp://127.0.0.1:5\n",
	"ipc://",
	"ipc://*",
	"ipc://*x",
	"ipc://@",
	"ipc://@odd",
	"ipc://@@",
	"ipc://odd",
	"ipc://./odd",
	"ipc://.",
	"ipc://..",
	"ipc:///",
	"ipc:////",
	"ipc://./",
	"ipc://nowhere/odd",
	"ipc:///nowhere/odd",
	"ipc:///dev/null/odd",
	"ipc://folder",
	"ipc://folder/",
	"ipc://folder/odd",
	"ipc://file/odd",
	"ipc://loop/odd",
	"ipc://loop",
	"ipc://dangling/odd",
	"ipc://dangling/",
	"ipc://dangling",
	"ipc://new/",
	"ipc://file/",
	"ipc://nowhere/odd/",
	"ipc://file/odd/",
	"ipc://\303\266",
	"ipc://a b",
	"udp://",
	"udp://*",
	"udp://*:*",
	"udp://*:7777",
	"udp://127.0.0.1",
	"udp://127.0.0.1:x",
	"udp://127.0.0.1:*",
	"udp://127.0.0.1:7777",
	"udp://lo:7777",
	"udp://nosuch0:7777",
	"udp://239.0.0.1:7777",
	"udp://lo;239.0.0.1:7777",
	"udp://127.0.0.1;239.0.0.1:7777",
	"udp://*;239.0.0.1:7777",
	"udp://127.0.0.1;127.0.0.1:7777",
	"udp://239.0.0.1;239.0.0.1:7777",
	"udp://nosuch0;239.0.0.1:7777",
	"udp://;239.0.0.1:7777",
	"udp://[::1]:7777",
	"udp://[ff02::1]:7777",
	"udp://::1;[ff02::1]:7777",
	"udp://lo;[ff02::1]:7777",
	"udp://*;[ff02::1]:7777",
	"udp://localhost:7777",
	"ws://",
	"ws://*",
	"ws://*:*",
	"ws://*:*/",
	"ws://*:*/x",
	"ws://*:*/x/y",
	"ws://127.0.0.1",
	"ws://127.0.0.1/",
	"ws://127.0.0.1/x:5",
	"ws://127.0.0.1:x",
	"ws://127.0.0.1:*",
	"ws://127.0.0.1:5558/x/y",
	"ws://127.0.0.1:0/",
	"ws://nosuch0:5/",
	"ws://lo:*/",
	"ws://1.2.3.4:5/",
	"ws://[::1]:*/",
	"ws://[::1]:5/",
	"ws://127.0.0.1:0;127.0.0.1:*/",
	"ws://:5/",
	"ws:///:5",
	"wss://",
	"wss://127.0.0.1",
	"wss://127.0.0.1:x",
	"wss://127.0.0.1:5/",
	"tipc://",
	"tipc://{1,2}",
	"tipc://{1,2,3}",
	"tipc://{5555,0}",
	"tipc://{5555,0,0}",
	"tipc://{5555,3,2}",
	"tipc://{5555,0}@1.0.0",
	"tipc://{5555,0}@1.0",
	"tipc://{5555}",
	"tipc://<*>",
	"tipc://<1.2.3:4>",
	"tipc://<1.2.3>",
	"tipc://x",
	"tipc://{",
	"tipc://{-1,2}",
	"tipc://{99999999999,2}",
	"pgm://",
	"pgm://x",
	"epgm://lo;239.192.1.1:5",
	"vmci://x",
	"vmci://*:*",
	"vsock://x",
	"inproc://",
	"inproc",
	"hvsocket://x",
};
#define LISTED (sizeof(listed) / sizeof(listed[0]))

/* Nothing that would be a path from the root, or a way out of here. */
static const char *const transports[] = {"tcp://", "tcp://", "tcp://",	"ipc://odd", "ipc://@", "ipc://",
					 "ws://",  "udp://", "tipc://", "wss:/",     "x"};
static const char *const pieces[] = {
	"127.0.0.1", "127.1",	"0x7f.1",    "localhost",  "lo",    "nosuch0", "*",  "*",    "[::1]",
	"::1",	     "1.2.3.4", "239.0.0.1", "2130706433", "255",   ":",       ":",  ":",    ":",
	"5555",	     "*",	"0",	     "65536",	   "65537", "70000",   "-",  "+",    " ",
	"x",	     ";",	";",	     "%lo",	   "%1",    "%",       "@",  "[",    "]",
	"{1,2}",     "{5000,1", ",2}",	     "<*>",	   ".",	    "_",       "\t", "\377",
};

static unsigned long state;

static size_t random_below(size_t bound)
{
	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return (state >> 33) % bound;
}

static void make_up(char *out)
{
	size_t count = random_below(7);

	strcpy(out, transports[random_below(sizeof(transports) / sizeof(transports[0]))]);
	while (count--)
		strcat(out, pieces[random_below(sizeof(pieces) / sizeof(pieces[0]))]);
}

static const char *number(int error)
{
	static char text[12];

	snprintf(text, sizeof(text), "%d", error);
	return text;
}

/* As it can stand in a line. */
static void print(const char *endpoint)
{
	for (const unsigned char *c = (const unsigned char *)endpoint; *c; c++)
		printf(*c > ' ' && *c < 127 && *c != '\\' ? "%c" : "\\%03o", *c);
}

static void attempt(size_t type, int ipv6, int binds, const char *endpoint)
{
	static void *context;
	static unsigned used;
	int none = 0, failed, error;
	void *socket;

	if (!context)
		context = zmq_ctx_new();
	socket = zmq_socket(context, types[type].type);
	zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof(none));
	zmq_setsockopt(socket, ZMQ_IPV6, &ipv6, sizeof(ipv6));
	errno = 0;
	failed = binds ? zmq_bind(socket, endpoint) : zmq_connect(socket, endpoint);
	error = errno;
	printf("%s %d %s ", types[type].name, ipv6, binds ? "bind" : "connect");
	print(endpoint);
	printf(" %s\n", !failed ? "ok" : strerrorname_np(error) ? strerrorname_np(error) : number(error));
	zmq_close(socket);
	/* What was bound is there until then. */
	if (!failed || ++used % 500 == 0) {
		zmq_ctx_term(context);
		context = NULL;
	}
}

static void everywhere(const char *endpoint)
{
	for (size_t type = 0; type < TYPES; type++)
		for (int i = 0; i < 4; i++)
			attempt(type, i & 1, i & 2, endpoint);
}

int main(int argc, char **argv)
{
	char endpoint[400];

	if (argc < 3)
		return 2;
	state = strtoul(argv[1], NULL, 10);
	for (size_t i = 0; i < LISTED; i++)
		everywhere(listed[i]);
	for (size_t length = 90; length < 340; length += 17) {
		for (const char *const *t = transports;
		     t < transports + sizeof(transports) / sizeof(transports[0]); t++) {
			snprintf(endpoint, sizeof(endpoint), "%s%0*d", *t, (int)length, 0);
			everywhere(endpoint);
		}
	}
	for (long i = atol(argv[2]); i > 0; i--) {
		make_up(endpoint);
		everywhere(endpoint);
	}
	return 0;
}
