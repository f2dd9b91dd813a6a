/* SPDX-License-Identifier: MIT */
/*
 * What libzmq makes of the addresses of tcp, udp and ws (its ip_resolver.cpp, tcp_address.cpp,
 * udp_address.cpp and ws_address.cpp), as far as that is certain: an error, or an address. No name is looked
 * up, and nothing listens or is sent.
 */
#include "shim/zmq/resolve.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBER_MOST 255 /* characters; leading zeros may be as many as one likes */

/* A part of the endpoint. What follows it is no digit. */
struct part {
	const char *at;
	size_t length;
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* As libzmq's ip_resolver_options_t. */
struct how {
	bool binds, interfaces, names, port, path, ipv6;
};

static bool copy(char *out, size_t size, struct part part)
{
	if (part.length >= size)
		return false;
	memcpy(out, part.at, part.length);
	out[part.length] = 0;
	return true;
}

static bool is(struct part part, const char *text)
{
	return part.length == strlen(text) && !memcmp(part.at, text, part.length);
}

static struct part before(struct part part, const char *end)
{
	return (struct part){part.at, (size_t)(end - part.at)};
}

static struct part behind(struct part part, const char *end)
{
	return (struct part){end + 1, part.length - (size_t)(end + 1 - part.at)};
}

static const char *last(struct part part, char c)
{
	return memrchr(part.at, c, part.length);
}

/* 0, or EINVAL. As atoi it takes spaces, a sign, and whatever follows; but not the terminator for a digit. */
static int read_port(struct part part, bool binds, uint16_t *port)
{
	*port = 0;
	if (is(part, "*"))
		return binds ? 0 : EINVAL;
	if (is(part, "0"))
		return 0;
	*port = part.length ? (uint16_t)(int)strtol(part.at, NULL, 10) : 0;
	return *port ? 0 : EINVAL;
}

static int read_zone(struct part part, uint32_t *zone)
{
	char name[IF_NAMESIZE];

	*zone = 0;
	if (!part.length)
		return EINVAL;
	if (!isalpha((unsigned char)*part.at))
		*zone = (uint32_t)(int)strtol(part.at, NULL, 10);
	else if (copy(name, sizeof(name), part))
		*zone = if_nametoindex(name);
	return *zone ? 0 : EINVAL;
}

/* Of the interface with this name, or this label. 0, ENODEV, or TAP_UNSURE: its address of version 6, which
 * has no label, is not asked for. */
static int read_interface(struct part part, bool ipv6, union address *out)
{
	struct ifreq asked = {0};
	int fd, failed;

	if (!part.length || !copy(asked.ifr_name, sizeof(asked.ifr_name), part))
		return ENODEV;
	if (ipv6)
		return !strchr(asked.ifr_name, ':') && if_nametoindex(asked.ifr_name) ? TAP_UNSURE : ENODEV;
	fd = (int)syscall(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return TAP_UNSURE;
	asked.ifr_addr.sa_family = AF_INET;
	failed = ioctl(fd, SIOCGIFADDR, &asked);
	syscall(SYS_close, fd);
	if (failed)
		return ENODEV;
	memcpy(&out->v4, &asked.ifr_addr, sizeof(out->v4));
	return 0;
}

/* As getaddrinfo does without a look-up. 0, TAP_UNSURE, ENODEV: it is none, or EAFNOSUPPORT: one of version 6
 * where that is not wanted. */
static int read_number(struct part part, bool ipv6, union address *out)
{
	char text[NUMBER_MOST + 1];
	struct in6_addr v6 = {0};
	struct in_addr v4;

	if (strspn(part.at, "0123456789abcdefABCDEFxX.:%") < part.length)
		return ENODEV;
	if (!copy(text, sizeof(text), part) || strchr(text, '%'))
		return TAP_UNSURE;
	if (inet_aton(text, &v4)) {
		v6.s6_addr32[2] = htonl(0xffff);
		v6.s6_addr32[3] = v4.s_addr;
	} else if (inet_pton(AF_INET6, text, &v6) != 1)
		return ENODEV;
	if (ipv6) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_addr = v6;
		return 0;
	}
	if (!IN6_IS_ADDR_V4MAPPED(&v6))
		return EAFNOSUPPORT;
	out->v4.sin_family = AF_INET;
	out->v4.sin_addr.s_addr = v6.s6_addr32[3];
	return 0;
}

static int read_host(struct part part, const struct how *how, union address *out)
{
	int error = ENODEV;

	if (how->binds && is(part, "*")) {
		out->any.sa_family = how->ipv6 ? AF_INET6 : AF_INET;
		return 0;
	}
	if (how->interfaces)
		error = read_interface(part, how->ipv6, out);
	if (error == ENODEV)
		error = read_number(part, how->ipv6, out);
	if (error == ENODEV && how->names && !is(part, "*"))
		return TAP_UNSURE;
	if (error == ENODEV || error == EAFNOSUPPORT)
		return how->binds ? ENODEV : EINVAL;
	return error;
}

static int resolve(struct part part, const struct how *how, union address *out)
{
	const char *colon = last(part, ':'), *slash, *percent;
	uint16_t port = 0;
	uint32_t zone = 0;
	int error;

	memset(out, 0, sizeof(*out));
	if (how->port) {
		if (!colon || read_port(behind(part, colon), how->binds, &port))
			return EINVAL;
		part = before(part, colon);
	}
	slash = how->path ? memchr(part.at, '/', part.length) : NULL;
	if (slash)
		part = before(part, slash);
	if (part.length >= 2 && part.at[0] == '[' && part.at[part.length - 1] == ']') {
		part.at++;
		part.length -= 2;
	}
	percent = last(part, '%');
	if (percent) {
		if (read_zone(behind(part, percent), &zone))
			return EINVAL;
		part = before(part, percent);
	}
	error = read_host(part, how, out);
	if (error)
		return error;
	if (out->any.sa_family == AF_INET6) {
		out->v6.sin6_port = htons(port);
		out->v6.sin6_scope_id = zone;
	} else
		out->v4.sin_port = htons(port);
	return 0;
}

/*
 * May libzmq listen there? Nobody can connect to what is bound and does not listen. TAP_UNSURE also where the
 * error is that of a refusal.
 */
static int try_address(const union address *address)
{
	bool ipv6 = address->any.sa_family == AF_INET6;
	int fd = (int)syscall(SYS_socket, address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1, off = 0, error = TAP_UNSURE;

	if (fd < 0)
		return error;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (ipv6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (syscall(SYS_bind, fd, address, ipv6 ? sizeof(address->v6) : sizeof(address->v4)) &&
	    errno != EACCES)
		error = errno;
	syscall(SYS_close, fd);
	return error;
}

static int bind_tcp(struct part part, bool ipv6, bool names)
{
	struct how how = {.binds = true, .interfaces = true, .port = true, .ipv6 = ipv6};
	const char *source = last(part, ';');
	union address address;
	int error;

	if (source) {
		error = resolve(before(part, source), &how, &address);
		if (error)
			return error;
		part = behind(part, source);
	}
	how.names = names;
	error = resolve(part, &how, &address);
	return error ? error : try_address(&address);
}

/* A quick look is all that libzmq takes before it resolves on a thread of its own. */
static int connect_tcp(struct part part)
{
	static const char also[] = ".-:%;[]_*";
	const char *colon = last(part, ':');
	size_t i = 1;

	if (!isalnum((unsigned char)*part.at) && *part.at != '[' && *part.at != ':')
		return EINVAL;
	while (i < part.length && (isalnum((unsigned char)part.at[i]) || strchr(also, part.at[i])))
		i++;
	return i == part.length && colon && isdigit((unsigned char)colon[1]) ? TAP_UNSURE : EINVAL;
}

static int take_ws(enum pol_way way, struct part part, bool ipv6, bool names)
{
	struct how how = {.binds = way == POL_BIND,
			  .interfaces = way == POL_BIND,
			  .names = way == POL_CONNECT || names,
			  .port = true,
			  .path = true,
			  .ipv6 = ipv6};
	const char *slash = last(part, '/');
	union address address;
	int error;

	if (!last(part, ':'))
		return EINVAL;
	if (slash)
		part = before(part, slash);
	error = resolve(part, &how, &address);
	if (error)
		return error;
	return way == POL_BIND ? bind_tcp(part, ipv6, names) : TAP_UNSURE;
}

static bool is_multicast(const union address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_MULTICAST(&address->v6.sin6_addr);
	return IN_MULTICAST(ntohl(address->v4.sin_addr.s_addr));
}

static int take_udp_source(struct part part, bool ipv6, bool *index_known)
{
	struct how how = {.binds = true, .interfaces = true, .ipv6 = ipv6};
	char name[IF_NAMESIZE];
	union address address;
	int error = resolve(part, &how, &address);

	if (error)
		return error;
	*index_known = is(part, "*") || (copy(name, sizeof(name), part) && if_nametoindex(name));
	return is_multicast(&address) ? EINVAL : 0;
}

static int take_udp(enum pol_way way, struct part part, bool ipv6, bool names)
{
	struct how how = {.binds = way == POL_BIND,
			  .interfaces = way == POL_BIND,
			  .names = way == POL_CONNECT || names,
			  .port = true,
			  .ipv6 = ipv6};
	const char *source = last(part, ';');
	bool index_known = true;
	union address address;
	int error;

	if (source) {
		error = take_udp_source(before(part, source), ipv6, &index_known);
		if (error)
			return error;
		part = behind(part, source);
	}
	error = resolve(part, &how, &address);
	if (error)
		return error;
	if (source && !is_multicast(&address))
		return EINVAL;
	return ipv6 && !index_known ? ENODEV : TAP_UNSURE;
}

int tap_resolve(enum pol_way way, const char *endpoint, bool ipv6, bool names)
{
	struct part part = {strstr(endpoint, "://") + 3, 0};

	part.length = strlen(part.at);
	if (!strncmp(endpoint, "tcp:", 4))
		return way == POL_BIND ? bind_tcp(part, ipv6, names) : connect_tcp(part);
	if (!strncmp(endpoint, "udp:", 4))
		return take_udp(way, part, ipv6, names);
	return take_ws(way, part, ipv6, names);
}
