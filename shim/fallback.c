/* SPDX-License-Identifier: MIT */
/*
 * phase: report of a connect rule: GSSAPI is tried at each connection, and after one that fails the next is
 * made as the program wants it. It is a new connection of the same libzmq session, so that its messages wait
 * in the same pipe and none is lost.
 *
 * libzmq makes both with the same options, those of GSSAPI. Where a connection goes without, it is led to the
 * program's own endpoint, its greetings say NULL, and its frames are translated (zmtp.h).
 */
#include "shim/line.h"
#include "shim/zmtp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/un.h>

#define ENDPOINTS 4096		 /* as many as there are ties */
#define PATIENCE 600000000000ull /* ns: a socket that was closed since does not use up what it was given */

/* host: or path. Entries stay: threads of libzmq read them at any time. */
struct endpoint {
	char host[200];
	uint16_t port, own_port; /* 0: a path */
	char own[256];		 /* the program's own endpoint, as it gave it */
	char why[160];		 /* GSSAPI failed last */
	unsigned due;		 /* connections that may go without */
	uint64_t until;
	bool alive; /* the program's own endpoint answered when GSSAPI was tried last */
	bool sure;  /* and GSSAPI failed all the same, or somebody was there who does not speak it */
};

struct plain {
	struct zmtp_out out;
	struct zmtp_in in;
	size_t from, to; /* of made: not sent yet */
	bool owed;	 /* the first byte of what libzmq sends next was taken already */
	uint8_t peeked[8192];
	uint8_t made[65536 + ZMTP_HEAD];
};

static struct tap_lock lock;
static struct endpoint endpoints[ENDPOINTS];
static unsigned count;
static __thread const char
	*node; /* the host that libzmq resolved last on this thread, if it is one of ours */

/* --- endpoints
 * ------------------------------------------------------------------------------------------------------ */

/* The parts of a tcp:// or ipc:// endpoint, as libzmq hands them to getaddrinfo and connect. */
static bool parse(const char *endpoint, char *host, size_t size, uint16_t *port)
{
	const char *at = endpoint + 6, *end, *zone;
	size_t length;

	*port = 0;
	if (!strncmp(endpoint, "ipc://", 6)) {
		tap_copy(host, size, at);
		return strlen(at) < size;
	}
	if (strncmp(endpoint, "tcp://", 6))
		return false;
	if (strchr(at, ';'))
		at = strchr(at, ';') + 1;
	end = strrchr(at, ':');
	if (!end)
		return false;
	*port = (uint16_t)strtoul(end + 1, NULL, 10);
	length = (size_t)(end - at);
	if (length >= 2 && *at == '[' && at[length - 1] == ']') {
		at++;
		length -= 2;
	}
	zone = memchr(at, '%', length);
	if (zone)
		length = (size_t)(zone - at);
	if (!*port || length >= size)
		return false;
	memcpy(host, at, length);
	host[length] = 0;
	return true;
}

static struct endpoint *known(const char *host, uint16_t port)
{
	for (unsigned i = 0; i < __atomic_load_n(&count, __ATOMIC_ACQUIRE); i++)
		if (endpoints[i].port == port && !strcmp(endpoints[i].host, host))
			return &endpoints[i];
	return NULL;
}

int tap_fallback_add(const char *own, const char *endpoint, char *reason, size_t size)
{
	char host[sizeof(endpoints[0].host)], own_host[sizeof(endpoints[0].host)];
	struct endpoint *e;
	uint16_t port, own_port;
	int error = 0;

	if (!parse(endpoint, host, sizeof(host), &port) ||
	    !parse(own, own_host, sizeof(own_host), &own_port) || strcmp(host, own_host)) {
		tap_copy(reason, size, "phase: report needs the program's own host in migrate");
		return EINVAL;
	}
	if (!tap_lock(&lock))
		return EAGAIN;
	e = known(host, port);
	if (e && e->own_port != own_port) {
		tap_copy(reason, size, "two endpoints migrate to one: which of them to go back to?");
		error = EINVAL;
	} else if (!e && count == ENDPOINTS) {
		tap_copy(reason, size, "too many endpoints with phase: report");
		error = ENOMEM;
	} else if (!e) {
		e = &endpoints[count];
		tap_copy(e->host, sizeof(e->host), host);
		tap_copy(e->own, sizeof(e->own), own);
		e->port = port;
		e->own_port = own_port;
		__atomic_store_n(&count, count + 1, __ATOMIC_RELEASE);
	}
	tap_unlock(&lock);
	return error;
}

int tap_fallback_resolve(const char *name, const char *service, const struct addrinfo *hints,
			 struct addrinfo **found)
{
	node = NULL;
	for (unsigned i = 0; name && !node && i < __atomic_load_n(&count, __ATOMIC_ACQUIRE); i++)
		if (!strcmp(endpoints[i].host, name))
			node = endpoints[i].host;
	return getaddrinfo(name, service, hints, found);
}

static in_port_t *port_of(struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6 ? &((struct sockaddr_in6 *)(void *)address)->sin6_port
					      : &((struct sockaddr_in *)(void *)address)->sin_port;
}

static struct endpoint *connected_to(struct sockaddr_storage *address)
{
	struct sockaddr_un *local = (void *)address;

	if (address->ss_family == AF_UNIX) {
		if (!local->sun_path[0])
			local->sun_path[0] = '@'; /* abstract, as ipc://@name */
		return known(local->sun_path, 0);
	}
	if ((address->ss_family != AF_INET && address->ss_family != AF_INET6) || !node)
		return NULL;
	return known(node, ntohs(*port_of(address)));
}

static struct endpoint *of(const struct line *line)
{
	return &endpoints[line->attempt - 1];
}

const char *tap_fallback_endpoint(const struct line *line)
{
	return of(line)->own;
}

void tap_fallback_why(const struct line *line, char *out, size_t size)
{
	if (!tap_lock(&lock))
		return;
	tap_copy(out, size, of(line)->why);
	tap_unlock(&lock);
}

void tap_line_why(int fd, const char *reason)
{
	const struct line *line = tap_line(fd);

	if (!line || !line->attempt || line->plain || !reason || !*reason || !tap_lock(&lock))
		return;
	tap_copy(of(line)->why, sizeof(of(line)->why), reason);
	tap_unlock(&lock);
}

void tap_line_established(int fd)
{
	struct line *line = tap_line(fd);

	if (!line)
		return;
	line->established = true;
	if (!line->attempt || line->plain || !tap_lock(&lock))
		return;
	of(line)->due = 0;
	tap_unlock(&lock);
}

/* --- connections
 * ------------------------------------------------------------------------------------------------------ */

/* May this connection go without? And is that known to be the only way? */
static bool may_go_without(struct endpoint *e, bool *sure)
{
	bool due;

	if (!tap_lock(&lock))
		return false;
	due = e->due && tr_now() < e->until;
	e->due = due ? e->due - 1 : 0;
	*sure = e->sure;
	if (!due)
		e->why[0] = 0;
	tap_unlock(&lock);
	return due;
}

static struct plain *plain_new(void)
{
	void *room =
		mmap(NULL, sizeof(struct plain), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return room == MAP_FAILED ? NULL : room;
}

int tap_fallback_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_storage other = {0};
	struct line *line = tap_line(fd);
	struct endpoint *e;
	bool sure;

	if (!line || length > sizeof(other))
		return connect(fd, address, length);
	memcpy(&other, address, length);
	e = connected_to(&other);
	if (!e)
		return connect(fd, address, length);
	line->attempt = (uint16_t)(e - endpoints + 1);
	if (!may_go_without(e, &sure) || !(line->plain = plain_new()))
		return connect(fd, address, length);
	line->probe = !sure;
	if (!e->own_port)
		return connect(fd, address, length);
	*port_of(&other) = htons(e->own_port);
	return connect(fd, (const struct sockaddr *)&other, length);
}

/*
 * Where GSSAPI failed for want of anybody to talk to, a server may have come up since: it is to be asked once
 * more. A connection that fails now costs libzmq nothing; one that is lost later makes a subscriber say its
 * subscriptions anew, which it does not before the program enters the socket (facts Z22).
 */
int tap_fallback_connected(int fd, int level, int option, void *value, socklen_t *length)
{
	int result = getsockopt(fd, level, option, value, length);
	const struct line *line = tap_line(fd);

	if (level != SOL_SOCKET || option != SO_ERROR || !line || !line->probe || result || *(int *)value ||
	    !tap_lock(&lock))
		return result;
	of(line)->alive = true;
	tap_unlock(&lock);
	*(int *)value = ETIMEDOUT;
	return 0;
}

/* Was this the program's own connection, with the mechanism that it chose? */
static bool not_injected(const struct line *line)
{
	return line->own_count >= 32 && !tap_line_offers(line->own, "GSSAPI");
}

void tap_fallback_ends(struct line *line)
{
	struct endpoint *e = of(line);

	if (line->plain) {
		munmap(line->plain, sizeof(*line->plain));
		line->plain = NULL;
		return;
	}
	if (line->established || line->refused || not_injected(line) || !tap_lock(&lock))
		return;
	if (!e->why[0])
		tap_copy(e->why, sizeof(e->why),
			 line->peer_count ? "the connection ended before the handshake did"
					  : "nobody answers where GSSAPI would be served");
	e->due += e->due < 64;
	e->sure = e->alive || line->peer_count;
	e->alive = false;
	e->until = tr_now() + PATIENCE;
	tap_unlock(&lock);
}

bool tap_plain_greeting(uint8_t *bytes, size_t length, unsigned at, bool outgoing)
{
	static const uint8_t null[32] = {[12] = 'N', 'U', 'L', 'L'};
	static const uint8_t gssapi[32] = {[12] = 'G', 'S', 'S', 'A', 'P', 'I'};

	for (size_t i = 0; i < length; i++) {
		size_t place = at + i;

		if ((place == 0 && bytes[i] != 0xff) || (place == 10 && bytes[i] < 3))
			return false;
		if (place < 12 || place >= 32)
			continue;
		if (bytes[i] != (outgoing ? gssapi : null)[place])
			return false;
		bytes[i] = (outgoing ? null : gssapi)[place];
	}
	return true;
}

ssize_t tap_plain_recv(int fd, struct line *line, void *buffer, size_t length, int flags)
{
	struct plain *p = line->plain;
	size_t used = 0;
	ssize_t n;
	long made;

	/* Until our end has begun its handshake it would take the peer's READY for a mistake. */
	if (!p->out.initiated) {
		errno = EAGAIN;
		return -1;
	}
	n = recv(fd, p->peeked, sizeof(p->peeked), flags | MSG_PEEK);
	if (n <= 0)
		return n;
	made = zmtp_from_null(&p->in, p->peeked, (size_t)n, &used, buffer, length);
	/* What was not taken stays where the poller sees it. */
	if (made < 0 || (!used && !made) || (used && recv(fd, p->peeked, used, flags) != (ssize_t)used)) {
		tap_line_failed(fd, line, "the peer's bytes are no ZMTP, or it refused this end");
		return tap_line_reset(fd, line);
	}
	if (!made)
		errno = EAGAIN;
	return made ? made : -1;
}

ssize_t tap_plain_send(int fd, struct line *line, const void *buffer, size_t length, int flags)
{
	struct plain *p = line->plain;
	size_t taken = p->owed && length ? 1 : 0;
	ssize_t n;
	long made;

	if (p->from < p->to) {
		n = send(fd, p->made + p->from, p->to - p->from, flags);
		if (n < 0)
			return n;
		p->from += (size_t)n;
		if (p->from < p->to) {
			errno = EAGAIN;
			return -1;
		}
	}
	p->from = p->to = 0;
	p->owed = p->owed && !taken;
	length -= taken;
	if (length > sizeof(p->made) - ZMTP_HEAD)
		length = sizeof(p->made) - ZMTP_HEAD;
	made = zmtp_to_null(&p->out, (const uint8_t *)buffer + taken, length, p->made);
	if (made < 0) {
		tap_line_failed(fd, line, "libzmq's frames are not as its GSSAPI mechanism makes them");
		return tap_line_reset(fd, line);
	}
	n = made ? send(fd, p->made, (size_t)made, flags) : 0;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return n;
	if (n == made)
		return (ssize_t)(taken + length);
	/* The rest is sent when libzmq comes back, for which one byte is left to it. */
	p->from = n > 0 ? (size_t)n : 0;
	p->to = (size_t)made;
	p->owed = true;
	if (taken + length > 1)
		return (ssize_t)(taken + length - 1);
	errno = EAGAIN;
	return -1;
}
