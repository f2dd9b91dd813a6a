/* SPDX-License-Identifier: MIT */
/*
 * The connections that injected clients make: which endpoint each of them is for, and how it ended.
 *
 * phase: report of a connect rule: GSSAPI is tried at each connection, and after one that fails the next is
 * made as the program wants it. It is a new connection of the same libzmq session, so that its messages wait
 * in the same pipe and none is lost.
 *
 * libzmq makes both with the same options, those of GSSAPI. Where a connection goes without, it is led to the
 * program's own endpoint, its greetings say NULL, and its frames are translated (zmtp.h).
 */
#include "shim/line/line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define ENDPOINTS 4096		 /* as many as there are ties */
#define PATIENCE 600000000000ull /* ns: a socket that was closed since does not use up what it was given */

/* host: or path. Entries stay: threads of libzmq read them at any time. */
struct endpoint {
	char host[200];
	uint16_t port, own_port; /* 0: a path */
	char own[256];		 /* the program's own endpoint, as it gave it */
	char why[160];		 /* GSSAPI failed last */
	bool falls_back;	 /* phase: report */
	bool absent;		 /* nobody is there, which is in the trace */
	unsigned due;		 /* connections that may go without */
	uint64_t until;
	bool alive; /* the program's own endpoint answered when GSSAPI was tried last */
	bool sure;  /* and GSSAPI failed all the same, or somebody was there who does not speak it */
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

/* The endpoint's place, made when it has none. NULL: there is no room. Locked. */
static struct endpoint *place(const char *host, uint16_t port, const char *own)
{
	struct endpoint *e = known(host, port);

	if (e || count == ENDPOINTS)
		return e;
	e = &endpoints[count];
	tap_copy(e->host, sizeof(e->host), host);
	tap_copy(e->own, sizeof(e->own), own);
	e->port = port;
	__atomic_store_n(&count, count + 1, __ATOMIC_RELEASE);
	return e;
}

void tap_client_add(const char *own, const char *endpoint)
{
	char host[sizeof(endpoints[0].host)];
	uint16_t port;

	if (!parse(endpoint, host, sizeof(host), &port) || !tap_lock(&lock))
		return;
	place(host, port, own);
	tap_unlock(&lock);
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
	e = place(host, port, own);
	if (!e) {
		tap_copy(reason, size, "too many endpoints with phase: report");
		error = ENOMEM;
	} else if (e->falls_back && e->own_port != own_port) {
		tap_copy(reason, size, "two endpoints migrate to one: which of them to go back to?");
		error = EINVAL;
	} else {
		tap_copy(e->own, sizeof(e->own), own);
		e->own_port = own_port;
		e->falls_back = true;
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

void tap_fallback_failed(const struct line *line, const char *reason)
{
	if (!line->attempt || line->plain || !reason || !*reason || !tap_lock(&lock))
		return;
	tap_copy(of(line)->why, sizeof(of(line)->why), reason);
	tap_unlock(&lock);
}

void tap_fallback_established(const struct line *line)
{
	if (!line->attempt || line->plain || !tap_lock(&lock))
		return;
	of(line)->due = 0;
	of(line)->absent = false;
	tap_unlock(&lock);
}

/* --- connections
 * ------------------------------------------------------------------------------------------------------ */

/* May this connection go without? And is that known to be the only way? */
static bool may_go_without(struct endpoint *e, bool *sure)
{
	bool due;

	if (!e->falls_back || !tap_lock(&lock))
		return false;
	due = e->due && tr_now() < e->until;
	e->due = due ? e->due - 1 : 0;
	*sure = e->sure;
	if (!due)
		e->why[0] = 0;
	tap_unlock(&lock);
	return due;
}

int tap_fallback_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_storage other = {0};
	struct line *line = tap_line(fd);
	struct endpoint *e;
	bool sure;
	int result;

	if (!line || length > sizeof(other))
		return connect(fd, address, length);
	memcpy(&other, address, length);
	e = connected_to(&other);
	if (!e)
		return connect(fd, address, length);
	line->attempt = (uint16_t)(e - endpoints + 1);
	if (!may_go_without(e, &sure) || !(line->plain = tap_plain_new())) {
		result = connect(fd, address, length);
		line->absent = result && errno != EINPROGRESS && errno != EINTR;
		return result;
	}
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
	struct line *line = tap_line(fd);

	if (level != SOL_SOCKET || option != SO_ERROR || !line || !line->attempt || result)
		return result;
	line->absent = *(int *)value != 0;
	if (!line->probe || line->absent || !tap_lock(&lock))
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

/* By a migration. That nobody is where the program itself connects to is no news to it. */
static bool is_elsewhere(const struct endpoint *e)
{
	char host[sizeof(e->host)];
	uint16_t port;

	return parse(e->own, host, sizeof(host), &port) && (port != e->port || strcmp(host, e->host));
}

void tap_fallback_ends(int fd, struct line *line)
{
	struct endpoint *e = of(line);
	bool tell;

	if (line->plain) {
		tap_plain_free(line->plain);
		line->plain = NULL;
		return;
	}
	if (line->established || line->refused || not_injected(line) || !tap_lock(&lock))
		return;
	tell = line->absent && !e->absent && !e->falls_back && is_elsewhere(e);
	e->absent = line->absent;
	if (!e->why[0])
		tap_copy(e->why, sizeof(e->why),
			 line->peer_count ? "the connection ended before the handshake did"
					  : "nobody answers where GSSAPI would be served");
	e->due += e->due < 64;
	e->sure = e->alive || line->peer_count;
	e->alive = false;
	e->until = tr_now() + PATIENCE;
	tap_unlock(&lock);
	if (tell)
		tap_line_failed(fd, line, "nobody answers where GSSAPI would be served");
}
