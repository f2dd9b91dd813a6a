/* SPDX-License-Identifier: MIT */
/*
 * An authenticated peer that means harm: speaks ZMTP with GSSAPI correctly up to one point and then wrongly.
 *
 *   hostile_peer ROLE STAGE:KIND PORT [SOCKET-TYPE]
 *       one attack on 127.0.0.1:PORT
 *   hostile_peer ROLE fuzz PORT SOCKET-TYPE SEED COUNT WORKERS
 *       COUNT connections, each with its own random attack, which depends on SEED and its number only
 *
 * ROLE is client or server: what the peer is; its victim is the other. STAGE and KIND are rows of the tables
 * below. An attack ends with "closed" (the victim dropped us), "open" (it did not, for as long as we waited)
 * or, besides, "answered N bytes NAME" (a command came back). The peer is a real initiator or acceptor, with
 * the credentials of its environment, and must not know of the shim.
 */
#include "tests/hosts/hostile_zmtp.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/wait.h>

#define SERVICE "zmq@localhost"
#define COPIES 3

enum stage { GREETING, INITIATE, READY, MESSAGE, COMMAND, STAGES };
static const char *const stages[] = {"greeting", "initiate", "ready", "message", "command"};

enum kind {
	NORMAL,
	INTEGRITY,
	EMPTY,
	FLAGS_ONLY,
	TRUNCATED,
	REPLAYED,
	REORDERED,
	OVERSIZED,
	UNDERSIZED,
	HUGE_FRAME,
	RANDOM,
	FLIPPED,
	EXTENDED,
	BARE,
	MISNAMED,
	GARBAGE,
	KINDS
};
static const char *const kinds[] = {
	"normal",    "integrity-only", "empty",	     "flags-only", "truncated", "replayed",
	"reordered", "oversized",      "undersized", "huge-frame", "random",	"flipped",
	"extended",  "bare",	       "misnamed",   "garbage",
};

/* Commands of ZMTP that a victim looks into; their plaintext is cut anywhere. */
static const char *const commands[] = {"\4PING\xff\xff"
				       "context",
				       "\4PONGcontext",
				       "\11SUBSCRIBEtopic",
				       "\6CANCELtopic",
				       "\5ERROR\3why",
				       "\5READY",
				       "\7UNKNOWN"};

struct peer {
	int fd;
	gss_ctx_id_t context;
	const char *socket_type;
	bool server, fuzz;
	enum stage stage; /* where it turns bad */
	enum kind kind;
	const char *command; /* of stage command; NULL: any */
	size_t cut;	     /* bytes of that command */
	uint64_t random;
};

/* Frames on their way: sent at once, since the victim may be gone when it has seen the first. */
static struct bytes outgoing;

static gss_cred_id_t acceptor = GSS_C_NO_CREDENTIAL;
static gss_name_t service;

static uint32_t roll(struct peer *p, uint32_t below)
{
	/* splitmix64: good for any seed, and the same everywhere */
	uint64_t z = p->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ z >> 31) >> 16) % below;
}

static void add_random(struct peer *p, struct bytes *b, size_t length)
{
	while (length--) {
		uint8_t byte = (uint8_t)roll(p, 256);

		add(b, &byte, 1);
	}
}

/* What is said in clear before it is wrapped. */
static void plaintext(struct peer *p, enum stage stage, struct bytes *b)
{
	const char *command = p->command ? p->command : commands[roll(p, 7)];
	size_t length = (size_t)(uint8_t)command[0] + 1, type = strlen(p->socket_type);

	b->length = 0;
	add(b, stage == COMMAND ? "\2" : "\0", 1);
	if (stage == READY) {
		add(b, "\5READY\13Socket-Type", 18);
		add_u32(b, (uint32_t)type);
		add(b, p->socket_type, type);
	} else if (stage == COMMAND) {
		length += strlen(command + length);
		add(b, command, p->fuzz ? roll(p, (uint32_t)length + 1) : p->cut ? p->cut : length);
	} else {
		add(b, "hello from a hostile peer", 25);
	}
}

/* Damages a token that was right. */
static void damage(struct peer *p, enum kind kind, struct bytes *token)
{
	size_t length = token->length;

	if (kind == TRUNCATED && length)
		token->length = roll(p, (uint32_t)length);
	if (kind == EXTENDED)
		add_random(p, token, 1 + roll(p, 64));
	if (kind == FLIPPED && length)
		for (uint32_t n = 1 + roll(p, 8); n; n--)
			token->at[roll(p, (uint32_t)length)] ^= (uint8_t)(1u << roll(p, 8));
	if (kind == RANDOM) {
		token->length = 0;
		add_random(p, token, roll(p, 2) ? length : roll(p, 300));
	}
}

/* The token for one protected command or message: 0, or -1 when there is no context to make it with. */
static int protect(struct peer *p, enum stage stage, enum kind kind, struct bytes *token)
{
	static struct bytes clear;
	gss_buffer_desc in, out = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;

	plaintext(p, stage, &clear);
	if (kind == EMPTY)
		clear.length = 0;
	if (kind == FLAGS_ONLY)
		clear.length = 1;
	if (kind == GARBAGE) {
		clear.length = roll(p, 2);
		add_random(p, &clear, roll(p, 80));
	}
	in = (gss_buffer_desc){clear.length, clear.at};
	token->length = 0;
	if (kind == BARE) {
		add(token, clear.at, clear.length);
		return 0;
	}
	if (GSS_ERROR(gss_wrap(&minor, p->context, kind != INTEGRITY, GSS_C_QOP_DEFAULT, &in, NULL, &out)))
		return -1;
	add(token, out.value, out.length);
	gss_release_buffer(&minor, &out);
	damage(p, kind, token);
	return 0;
}

/* Adds a token in its envelope, and lies about it where the kind says so. */
static void deliver(struct peer *p, enum kind kind, const char *name, const struct bytes *token,
		    uint8_t flags)
{
	static struct bytes body;
	size_t head = 1 + (size_t)(uint8_t)name[0];
	uint64_t claimed;
	uint32_t lie;

	envelope(&body, name, token->at, token->length);
	if (kind == OVERSIZED || kind == UNDERSIZED) {
		lie = kind == UNDERSIZED ? roll(p, 2) * (uint32_t)(token->length / 2)
					 : (roll(p, 2) ? 0xffffffffu : (uint32_t)token->length + 1);
		lie = htonl(lie);
		memcpy(body.at + head, &lie, 4);
	}
	if (kind == MISNAMED)
		body.at[roll(p, (uint32_t)head)] ^= (uint8_t)(1 + roll(p, 255));
	if (p->fuzz && !roll(p, 8))
		flags = (uint8_t)roll(p, 256) & (FRAME_MORE | FRAME_COMMAND);
	claimed = body.length;
	if (kind == HUGE_FRAME)
		claimed = roll(p, 2) ? 0x7fffffffffffffffu >> roll(p, 32) : body.length + 1 + roll(p, 4096);
	add_frame(&outgoing, flags, claimed, &body);
}

static int flush(struct peer *p)
{
	int broken = write_all(p->fd, outgoing.at, outgoing.length);

	outgoing.length = 0;
	return broken;
}

static int attack_protected(struct peer *p)
{
	static struct bytes tokens[COPIES];
	uint8_t flags = p->stage == READY ? FRAME_COMMAND : 0;
	int n = p->kind == REPLAYED || p->kind == REORDERED ? COPIES : 1;

	for (int i = 0; i < n; i++)
		if (protect(p, p->stage, p->kind, &tokens[i]))
			return -1;
	for (int i = 0; i < n; i++)
		deliver(p, p->kind, "\7MESSAGE", &tokens[p->kind == REPLAYED ? 0 : n - 1 - i], flags);
	return flush(p);
}

static int send_ready(struct peer *p)
{
	static struct bytes token;

	if (protect(p, READY, NORMAL, &token))
		return -1;
	deliver(p, NORMAL, "\7MESSAGE", &token, FRAME_COMMAND);
	return flush(p);
}

/* One step of the handshake's tokens: 1 when more are to come, 0 when established, -1 when it failed. */
static int step(struct peer *p, gss_buffer_t in, gss_buffer_t out)
{
	OM_uint32 major, minor;

	if (p->server)
		major = gss_accept_sec_context(&minor, &p->context, acceptor, in, GSS_C_NO_CHANNEL_BINDINGS,
					       NULL, NULL, out, NULL, NULL, NULL);
	else
		major = gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &p->context, service, GSS_C_NO_OID,
					     GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG, 0,
					     GSS_C_NO_CHANNEL_BINDINGS, in, NULL, out, NULL, NULL);
	return GSS_ERROR(major) ? -1 : !!(major & GSS_S_CONTINUE_NEEDED);
}

static int send_initiate(struct peer *p, const gss_buffer_desc *out)
{
	static struct bytes token;
	enum kind kind = p->stage == INITIATE ? p->kind : NORMAL;
	int times = kind == REPLAYED ? COPIES : 1;

	token.length = 0;
	if (kind != EMPTY)
		add(&token, out->value, out->length);
	if (kind == FLAGS_ONLY)
		token.length = 1;
	damage(p, kind == GARBAGE || kind == BARE ? RANDOM : kind, &token);
	while (times--)
		deliver(p, kind, "\10INITIATE", &token, FRAME_COMMAND);
	return flush(p);
}

/* The handshake up to our bad step: 0 when it is ours, -1 when the victim is gone, 1 when all of it is done.
 */
static int handshake(struct peer *p)
{
	static struct bytes frame;
	gss_buffer_desc in = GSS_C_EMPTY_BUFFER, out = GSS_C_EMPTY_BUFFER;
	int more = 1, broken = 0;
	OM_uint32 minor;

	while (more > 0 && !broken) {
		if (p->server || p->context) {
			ssize_t n = read_frame(p->fd, &frame)
					    ? -1
					    : opened(&frame, "\10INITIATE", (uint8_t **)&in.value);

			if (n < 0)
				return -1;
			in.length = (size_t)n;
		}
		more = step(p, &in, &out);
		if (more < 0)
			return -1;
		if (out.length)
			broken = send_initiate(p, &out);
		gss_release_buffer(&minor, &out);
		if (p->stage == INITIATE)
			return 0;
	}
	if (broken)
		return -1;
	frame.length = 0;
	/* libzmq's client ends its part with an empty command, where its server waits for one. */
	if (p->server)
		return read_frame(p->fd, &frame) ? -1 : 1;
	add_frame(&outgoing, FRAME_COMMAND, 0, &frame);
	return flush(p) ? -1 : 1;
}

/* Says what became of the connection, reading it to its end. */
static void aftermath(struct peer *p, int patience_ms)
{
	static struct bytes frame;
	gss_buffer_desc in, clear;
	OM_uint32 minor;
	struct pollfd w = {.fd = p->fd, .events = POLLIN};
	uint8_t *token;

	while (poll(&w, 1, patience_ms) == 1) {
		ssize_t n = read_frame(p->fd, &frame) ? -1 : opened(&frame, "\7MESSAGE", &token);

		if (n < 0) {
			puts("closed");
			return;
		}
		in = (gss_buffer_desc){(size_t)n, token};
		if (GSS_ERROR(gss_unwrap(&minor, p->context, &in, &clear, NULL, NULL)))
			continue;
		if (clear.length >= 6 && *(uint8_t *)clear.value == INNER_COMMAND)
			printf("answered %zu bytes %.4s\n", clear.length, (char *)clear.value + 2);
		gss_release_buffer(&minor, &clear);
	}
	puts("open");
}

/* Ends our sending and reads until the victim has seen that: what it was sent, it has looked at by then. */
static int drain(struct peer *p)
{
	static uint8_t sink[4096];
	struct pollfd w = {.fd = p->fd, .events = POLLIN};

	shutdown(p->fd, SHUT_WR);
	while (poll(&w, 1, PATIENCE_MS) == 1)
		if (read(p->fd, sink, sizeof(sink)) <= 0)
			return 0;
	return -1;
}

/* A greeting of which a part is wrong, or missing. */
static int greet_badly(struct peer *p)
{
	static struct bytes greeting;
	static const uint8_t good[64] = {0xff, 0, 0, 0,	  0,   0,   0,	 0,   1,
					 0x7f, 3, 1, 'G', 'S', 'S', 'A', 'P', 'I'};

	greeting.length = 0;
	add(&greeting, good, sizeof(good));
	greeting.at[32] = p->server;
	if (p->kind == EMPTY)
		greeting.length = 0;
	if (p->kind == BARE)
		memcpy(greeting.at + 12, "NULL\0", 6);
	if (p->kind == MISNAMED)
		greeting.at[12 + roll(p, 20)] ^= (uint8_t)(1 + roll(p, 255));
	if (p->kind == UNDERSIZED)
		greeting.at[10] = (uint8_t)roll(p, 3);
	damage(p, p->kind == GARBAGE ? RANDOM : p->kind, &greeting);
	return write_all(p->fd, greeting.at, greeting.length);
}

/* All of one connection. 0, or -1 when the victim did not come as far as our bad step. */
static int converse(struct peer *p)
{
	static struct bytes frame;
	int reached;

	if (p->stage == GREETING)
		return greet_badly(p);
	if (greet(p->fd, p->server))
		return -1;
	reached = handshake(p);
	if (reached <= 0)
		return reached;
	if (!p->server && read_frame(p->fd, &frame)) /* the server's READY comes first */
		return -1;
	if (p->stage != READY) {
		if (send_ready(p) || (p->server && read_frame(p->fd, &frame)))
			return -1;
	}
	return attack_protected(p);
}

static void leave(struct peer *p)
{
	OM_uint32 minor;

	if (p->context)
		gss_delete_sec_context(&minor, &p->context, GSS_C_NO_BUFFER);
	close(p->fd);
}

static int listener(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 512)) {
		perror("hostile_peer: listen");
		exit(2);
	}
	return fd;
}

/* A connection from an address of its own: the ports of one would run out. */
static int dial(int port, uint32_t from)
{
	struct sockaddr_in a = {.sin_family = AF_INET},
			   to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	a.sin_addr.s_addr = htonl(0x7f010001u + from % 60000);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int meet(bool server, int port, int listening, uint32_t number)
{
	struct pollfd p = {.fd = listening, .events = POLLIN};

	int fd, yes = 1;

	if (!server)
		fd = dial(port, number);
	else
		fd = poll(&p, 1, 2 * PATIENCE_MS) == 1 ? accept(listening, NULL, NULL) : -1;
	if (fd >= 0)
		setsockopt(fd, SOL_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return fd;
}

/* One worker's share: exit status 0, or 1 when the victim is gone or keeps us waiting. */
static int fuzz(const struct peer *like, int port, int listening, uint32_t from, uint32_t stride,
		uint32_t count)
{
	uint32_t stalled = 0, early = 0;

	for (uint32_t i = from; i < count; i += stride) {
		struct peer p = *like;

		p.random = like->random * 1000003u + i;
		p.fd = meet(p.server, port, listening, i);
		if (p.fd < 0) {
			printf("connection %u: no victim\n", i);
			return 1;
		}
		p.stage = roll(&p, STAGES);
		p.kind = roll(&p, KINDS);
		if (!roll(&p, 16))
			p.socket_type = "NONE";
		early += converse(&p) < 0;
		stalled += drain(&p) < 0;
		leave(&p);
	}
	printf("connections: %u, ended early: %u, stalled: %u\n", (count - from + stride - 1) / stride, early,
	       stalled);
	return stalled > 0;
}

static int fuzz_all(bool server, int port, char **argument)
{
	struct peer like = {.server = server, .fuzz = true, .socket_type = argument[0]};
	uint32_t count = (uint32_t)atoi(argument[2]), workers = (uint32_t)atoi(argument[3]);
	int listening = server ? listener(port) : -1, status, failed = 0;

	like.random = strtoull(argument[1], NULL, 10);
	if (server) {
		puts("listening");
		fflush(stdout);
	}
	for (uint32_t w = 0; w < workers; w++)
		if (!fork()) {
			int result = fuzz(&like, port, listening, w, workers, count);

			fflush(stdout);
			_exit(result);
		}
	while (wait(&status) > 0)
		failed |= status != 0;
	return failed;
}

static int find(const char *const *table, int count, const char *name, size_t length)
{
	for (int i = 0; i < count; i++)
		if (strlen(table[i]) == length && !strncmp(table[i], name, length))
			return i;
	fprintf(stderr, "hostile_peer: what is '%.*s'?\n", (int)length, name);
	exit(2);
}

static int attack_once(bool server, const char *what, int port, const char *type)
{
	struct peer p = {.server = server, .socket_type = type, .random = 1};
	size_t stage = strcspn(what, ":");
	const char *kind = what + stage + (what[stage] == ':');
	int listening = server ? listener(port) : -1;

	if (!strncmp(kind, "ping", 4)) { /* pingN: a PING of N bytes */
		p.command = commands[0];
		p.cut = (size_t)atoi(kind + 4);
		kind = "normal";
	}
	p.stage = (enum stage)find(stages, STAGES, what, stage);
	p.kind = (enum kind)find(kinds, KINDS, kind, strlen(kind));
	if (server) {
		puts("listening");
		fflush(stdout);
	}
	p.fd = meet(server, port, listening, 0);
	if (p.fd < 0) {
		puts("no victim");
		return 1;
	}
	close(listening); /* once attacked, nobody is here for those who come back */
	if (converse(&p) < 0) {
		puts("ended early");
		return 1;
	}
	aftermath(&p, 1000);
	leave(&p);
	return 0;
}

static void credentials(bool server)
{
	gss_buffer_desc name = {strlen(SERVICE), SERVICE};
	OM_uint32 minor;

	if (GSS_ERROR(gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, &service)) ||
	    (server && GSS_ERROR(gss_acquire_cred(&minor, service, 0, GSS_C_NO_OID_SET, GSS_C_ACCEPT,
						  &acceptor, NULL, NULL)))) {
		fputs("hostile_peer: no credentials\n", stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	bool server;
	int port;

	if (argc < 4) {
		fputs("usage: hostile_peer client|server STAGE:KIND|fuzz PORT [TYPE [SEED COUNT WORKERS]]\n",
		      stderr);
		return 2;
	}
	server = !strcmp(argv[1], "server");
	port = atoi(argv[3]);
	credentials(server);
	if (!strcmp(argv[2], "fuzz") && argc == 8)
		return fuzz_all(server, port, argv + 4);
	return attack_once(server, argv[2], port, argc > 4 ? argv[4] : "DEALER");
}
