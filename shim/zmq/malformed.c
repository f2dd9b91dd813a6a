/* SPDX-License-Identifier: MIT */
/*
 * Endpoints that no libzmq takes, though it has their transport, as far as that is certain: the program is to
 * have libzmq's own error, and not the policy's. libzmq is not asked for it, since what it took would be
 * open.
 */
#include "shim/zmq/zmq.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <net/if.h>
#include <string.h>
#include <sys/un.h>

/* atoi takes spaces and signs; a wildcard is for those who bind alone. */
static bool is_no_port(enum pol_way way, const char *port)
{
	if (way == POL_CONNECT)
		return !isdigit((unsigned char)*port);
	return !*port || isalpha((unsigned char)*port);
}

/* Who binds gives an address or an interface, never the name of a host. */
static bool is_no_interface(const char *address, size_t length)
{
	char name[IF_NAMESIZE];
	struct in_addr number;

	if (!length || length >= sizeof(name) || !isalpha((unsigned char)*address) ||
	    strcspn(address, ":;[]%*") < length)
		return false;
	memcpy(name, address, length);
	name[length] = 0;
	return !inet_aton(name, &number) && !if_nametoindex(name);
}

/* Also of the other transports whose addresses are read by the same function of libzmq's. */
static bool is_ip(const char *endpoint)
{
	static const char *const transports[] = {"tcp://", "udp://", "ws://", "wss://"};

	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
		if (!strncmp(endpoint, transports[i], strlen(transports[i])))
			return true;
	return false;
}

static int malformed_ip(enum pol_way way, const char *address)
{
	const char *colon = strrchr(address, ':');

	if (!colon || is_no_port(way, colon + 1) || (way == POL_CONNECT && *address == '*'))
		return EINVAL;
	return way == POL_BIND && is_no_interface(address, (size_t)(colon - address)) ? ENODEV : 0;
}

int tap_zmq_malformed(enum pol_way way, const char *endpoint)
{
	int saved = errno, error = 0;

	if (!*endpoint)
		error = EINVAL;
	else if (is_ip(endpoint))
		error = malformed_ip(way, strstr(endpoint, "://") + 3);
	else if (!strncmp(endpoint, "ipc://", 6) &&
		 strlen(endpoint + 6) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		error = ENAMETOOLONG;
	errno = saved;
	return error;
}
