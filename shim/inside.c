/* SPDX-License-Identifier: MIT */
/*
 * libzmq's own calls of the C library (see inside.h): connections by descriptor, and what was allocated for a
 * wrap.
 *
 * The greeting is ZMTP 3.0's (rfc.zeromq.org/spec/23): 64 bytes each way, byte 10 the major version, 12 to 31
 * the mechanism. Where it shows that the two ends cannot agree, libzmq would count a protocol error and never
 * come back; told of a connection reset instead, it retries. So a greeting is held back until our own is out
 * and both can be compared.
 */
#include "shim/inside.h"
#include "shim/elf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define GREETING 64
#define LINES 65536

struct line {
	uint8_t own[GREETING], peer[GREETING];
	uint8_t own_count, peer_count;
	bool talked; /* more came than the greeting */
	bool doomed;
	uint64_t unsecured; /* since when both ends talk NULL, where that is reported; else 0 */
};
static struct line *lines;

static __thread struct {
	int fd;		 /* plus one: 0 is none */
	void *allocated; /* libzmq's last malloc on this thread, while it holds */
	void *wrapped;	 /* what it wrapped, and has not freed yet */
} now;

static struct line *line_of(int fd)
{
	return lines && fd >= 0 && fd < LINES ? &lines[fd] : NULL;
}

int tap_line_now(void)
{
	return now.fd - 1;
}

void tap_line_doom(int fd)
{
	struct line *line = line_of(fd);
	int saved = errno;
	char peer[128];

	if (!line || !line->peer_count || line->doomed)
		return;
	line->doomed = true;
	tap_line_peer(fd, peer, sizeof(peer));
	shutdown(fd, SHUT_RDWR);
	tap_repair_event("handshake", NULL, peer,
			 "the connection is ended now: libzmq would let both sides wait, or never come back");
	errno = saved;
}

/* --- greetings
 * ------------------------------------------------------------------------------------------------------ */

static void append_port(char *out, size_t size, uint16_t port)
{
	char digits[8] = {0};
	int i = 7;

	do
		digits[--i] = (char)('0' + port % 10);
	while ((port = (uint16_t)(port / 10)));
	tap_append(out, size, ":");
	tap_append(out, size, digits + i);
}

static void show_address(const struct sockaddr_storage *address, char *out, size_t size)
{
	char text[INET6_ADDRSTRLEN] = "";
	const struct sockaddr_in6 *six = (const void *)address;
	const struct sockaddr_in *four = (const void *)address;

	if (address->ss_family == AF_UNIX) {
		tap_copy(out, size, "ipc://");
		tap_append(out, size, ((const struct sockaddr_un *)(const void *)address)->sun_path);
		return;
	}
	tap_copy(out, size, "tcp://");
	if (address->ss_family == AF_INET) {
		tap_append(out, size, inet_ntop(AF_INET, &four->sin_addr, text, sizeof(text)));
		append_port(out, size, ntohs(four->sin_port));
	} else if (address->ss_family == AF_INET6) {
		bool mapped = IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);

		inet_ntop(mapped ? AF_INET : AF_INET6,
			  mapped ? (const void *)&six->sin6_addr.s6_addr[12] : &six->sin6_addr, text,
			  sizeof(text));
		tap_append(out, size, mapped ? "" : "[");
		tap_append(out, size, text);
		tap_append(out, size, mapped ? "" : "]");
		append_port(out, size, ntohs(six->sin6_port));
	}
}

static void name_ends(int fd, char *local, char *peer, size_t size)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof(address);

	local[0] = peer[0] = 0;
	if (!getsockname(fd, (struct sockaddr *)&address, &length))
		show_address(&address, local, size);
	memset(&address, 0, sizeof(address));
	length = sizeof(address);
	if (!getpeername(fd, (struct sockaddr *)&address, &length))
		show_address(&address, peer, size);
}

static bool is_mechanism(const uint8_t *greeting, const char *name)
{
	char padded[20] = {0};

	memcpy(padded, name, strlen(name));
	return !memcmp(greeting + 12, padded, sizeof(padded));
}

static void tell_failure(int fd, const char *reason)
{
	char local[128], peer[128];
	struct tr_draft *d;

	name_ends(fd, local, peer, sizeof(local));
	d = tr_begin(TR_E_handshake);
	if (!d)
		return;
	tr_put_u32(d, TR_F_OUTCOME, TR_OUTCOME_FAILED);
	tr_put_text(d, TR_F_ENDPOINT, local);
	tr_put_text(d, TR_F_PEER, peer);
	tr_put_text(d, TR_F_REASON, reason);
	d->comment = reason;
	tr_commit(d);
}

void tap_line_peer(int fd, char *out, size_t size)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof(address);
	int saved = errno;

	out[0] = 0;
	if (fd >= 0 && !getpeername(fd, (struct sockaddr *)&address, &length))
		show_address(&address, out, size);
	errno = saved;
}

/* When it begins and, with its age, when it ends. */
static void tell_unsecured(int fd, uint64_t since)
{
	char local[128], peer[128];
	struct tr_draft *d;

	name_ends(fd, local, peer, sizeof(local));
	d = tr_begin(TR_E_unsecured);
	if (!d)
		return;
	tr_put_text(d, TR_F_ENDPOINT, local);
	tr_put_text(d, TR_F_PEER, peer);
	tr_put_u32(d, TR_F_MECHANISM, 0);
	if (since)
		tr_put_u64(d, TR_F_AGE, tr_now() - since);
	tr_commit(d);
}

/* The greetings cannot lead to a connection; reason says why. False: they can, or it is not ours to say. */
static bool disagree(const struct line *line, char *reason, size_t size)
{
	bool own_gss = is_mechanism(line->own, "GSSAPI"), peer_gss;
	char name[21] = {0};

	/* Version 1 and 2 peers, and whatever is no ZMTP at all: their first bytes say it. */
	if (line->peer[0] != 0xff || (line->peer_count > 10 && line->peer[10] < 3)) {
		if (own_gss)
			tap_copy(reason, size,
				 "the peer speaks no ZMTP 3: it is too old for security, or no ZeroMQ");
		return own_gss;
	}
	peer_gss = is_mechanism(line->peer, "GSSAPI");
	if (own_gss == peer_gss)
		return false;
	memcpy(name, line->peer + 12, 20);
	for (char *c = name; *c; c++)
		if (*c < 'A' || *c > 'Z')
			*c = '?';
	if (own_gss) {
		tap_copy(reason, size, "one-sided: this end is secured by GSSAPI, the peer offers ");
		tap_append(reason, size, name);
		tap_append(reason, size,
			   ": it is not under gsstap yet, or no rule of its policy injects there");
	} else {
		tap_copy(reason, size,
			 "one-sided: the peer is secured by GSSAPI, this end is not: no rule injects here");
	}
	return true;
}

/* Both greetings are known: can this connection be? */
static bool hopeless(int fd, struct line *line)
{
	char reason[200];

	if (tap_repairs(POL_REPAIR_HANDSHAKE) && disagree(line, reason, sizeof(reason))) {
		tell_failure(fd, reason);
		line->doomed = true;
		return true;
	}
	if (tap_reports && line->peer[0] == 0xff && is_mechanism(line->own, "NULL") &&
	    is_mechanism(line->peer, "NULL")) {
		tell_unsecured(fd, 0);
		line->unsecured = tr_now();
	}
	return false;
}

static bool is_whole(const struct line *line, size_t more, const uint8_t *bytes)
{
	uint8_t first = line->peer_count ? line->peer[0] : bytes[0];
	size_t count = line->peer_count + more;

	if (first != 0xff)
		return true;
	if (count > 10 && (line->peer_count > 10 ? line->peer[10] : bytes[10 - line->peer_count]) < 3)
		return true;
	return count >= GREETING;
}

static void keep(uint8_t *greeting, uint8_t *count, const uint8_t *bytes, size_t length)
{
	if (length > (size_t)(GREETING - *count))
		length = (size_t)(GREETING - *count);
	memcpy(greeting + *count, bytes, length);
	*count = (uint8_t)(*count + length);
}

/* The first bytes of a connection. */
static ssize_t recv_greeting(int fd, struct line *line, uint8_t *buffer, size_t length, int flags)
{
	ssize_t n = recv(fd, buffer, length, flags | MSG_PEEK);
	bool whole;

	if (n <= 0)
		return n;
	whole = is_whole(line, (size_t)n, buffer);
	/* Ours is on its way: libzmq's poller comes back at once, having sent it. */
	if (whole && line->own_count && line->own_count < GREETING) {
		errno = EAGAIN;
		return -1;
	}
	/* No more than was looked at: what came meanwhile is looked at next time. */
	n = recv(fd, buffer, (size_t)n, flags);
	if (n <= 0)
		return n;
	keep(line->peer, &line->peer_count, buffer, (size_t)n);
	if (!whole || line->own_count < GREETING || !hopeless(fd, line)) {
		if (whole)
			line->peer_count = GREETING;
		return n;
	}
	errno = ECONNRESET;
	return -1;
}

static ssize_t inside_recv(int fd, void *buffer, size_t length, int flags)
{
	struct line *line = line_of(fd);

	now.fd = fd + 1;
	if (!line)
		return recv(fd, buffer, length, flags);
	if (__builtin_expect(line->peer_count == GREETING && !line->doomed, 1)) {
		ssize_t n = recv(fd, buffer, length, flags);

		line->talked = line->talked || n > 0;
		return n;
	}
	if (line->doomed) {
		errno = ECONNRESET;
		return -1;
	}
	return length ? recv_greeting(fd, line, buffer, length, flags) : recv(fd, buffer, length, flags);
}

static ssize_t inside_send(int fd, const void *buffer, size_t length, int flags)
{
	struct line *line = line_of(fd);
	ssize_t n = send(fd, buffer, length, flags);

	if (n > 0 && line && line->own_count < GREETING)
		keep(line->own, &line->own_count, buffer, (size_t)n);
	return n;
}

static int inside_close(int fd)
{
	struct line *line = line_of(fd);

	if (line && line->peer_count == GREETING && !line->talked && !line->doomed &&
	    is_mechanism(line->own, "GSSAPI"))
		tell_failure(
			fd,
			"the peer said nothing after its greeting: it refused, it has no credential, or both "
			"ends are servers");
	/* A libzmq that wants no GSSAPI may close as soon as it has read ours, its own greeting half sent. */
	if (line && line->own_count == GREETING && line->peer_count > 10 && line->peer_count < GREETING &&
	    !line->doomed && is_mechanism(line->own, "GSSAPI"))
		tell_failure(fd,
			     "one-sided: this end is secured by GSSAPI, and the peer went away when it saw "
			     "that: it is not under gsstap yet, or no rule of its policy injects there");
	if (line && line->unsecured)
		tell_unsecured(fd, line->unsecured);
	if (line && (line->own_count || line->peer_count))
		memset(line, 0, sizeof(*line));
	return close(fd);
}

/* --- what libzmq allocates for a wrap
 * ------------------------------------------------------------------------------- */

static void *inside_malloc(size_t size)
{
	return now.allocated = malloc(size);
}

static void inside_free(void *memory)
{
	if (memory && memory == now.wrapped)
		now.wrapped = NULL; /* this libzmq frees it itself */
	if (memory && memory == now.allocated)
		now.allocated = NULL;
	free(memory);
}

void tap_leak_wrapping(const void *plaintext)
{
	now.wrapped = plaintext && plaintext == now.allocated ? now.allocated : NULL;
}

void tap_leak_released(void)
{
	static bool told;
	void *memory = now.wrapped;

	if (!memory)
		return;
	/* libzmq's encode is about to return, and the pointer was a variable of its own. */
	now.wrapped = now.allocated = NULL;
	free(memory);
	if (!__atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		tap_repair_event("leak", NULL, NULL,
				 "this libzmq leaks each message that it wraps: freed from now on");
}

/* --- entering a library
 * --------------------------------------------------------------------------------------------- */

static void point(const struct link_map *map, const char *name, void *to)
{
	void **slot = tap_elf_slot(map->l_addr, map->l_ld, name);

	if (slot)
		tap_point_slot(slot, to);
}

void tap_inside(const void *zmq_function)
{
	static struct tap_lock lock;
	struct tap_caller *library = (struct tap_caller *)tap_caller_of(zmq_function);
	struct tap_scope scope = {.caller = library};
	struct dl_find_object found;
	int saved = errno;

	/* Not only once: a library that was unloaded and comes back has slots of its own again. */
	if (!library || (!pol_repairs(&tap_policy) && !tap_reports) || !tap_lock(&lock))
		return;
	if (!_dl_find_object((void *)zmq_function, &found)) {
		const struct link_map *map = found.dlfo_link_map;

		if (!lines) {
			void *room = mmap(NULL, LINES * sizeof(*lines), PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

			lines = room == MAP_FAILED ? NULL : room;
		}
		if (tap_repairs(POL_REPAIR_LEAK)) {
			point(map, "malloc", inside_malloc);
			point(map, "free", inside_free);
		}
		point(map, "send", inside_send);
		point(map, "close", inside_close);
		if (tap_repairs(POL_REPAIR_HANDSHAKE) || tap_repairs(POL_REPAIR_ABORT) || tap_reports)
			point(map, "recv", inside_recv);
		library->repaired = true;
		/* libzmq's I/O threads must not: a host can end them while it holds the loader's lock. */
		tap_resolve_ahead(zmq_function);
		tap_resolve_ahead(tap_other(&scope, TR_gss_init_sec_context));
	}
	tap_unlock(&lock);
	errno = saved;
}

void tap_repair_event(const char *repair, const struct tap_tie *tie, const char *peer, const char *reason)
{
	struct tr_draft *d = tr_begin(TR_E_repair);

	if (!d)
		return;
	tr_put_text(d, TR_F_REPAIR, repair);
	if (tie) {
		tap_put_handle(d, TR_F_SOCKET, tie->socket);
		tr_put_text(d, TR_F_ENDPOINT, tie->endpoint);
	}
	if (peer && *peer)
		if (peer && *peer)
			tr_put_text(d, TR_F_PEER, peer);
	tr_put_text(d, TR_F_REASON, reason);
	d->comment = reason;
	tr_commit(d);
}
