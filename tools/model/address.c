/* SPDX-License-Identifier: MIT */
/*
 * Endpoints as programs write them, and addresses as the kernel tells them: which belongs to which.
 *
 * A program binds all interfaces or "tcp://eth0:5555" and connects to "tcp://db:5555"; a connection is known
 * by "tcp://10.0.0.1:5555". Where more than one endpoint could be meant none is taken: what is said of the
 * wrong one would be worse.
 */
#include "tools/model/model.h"

#include <stdlib.h>
#include <string.h>

/* Where ":5555" begins: the last colon, but none inside brackets or in "tcp://". */
static const char *port_at(const char *address)
{
	const char *colon = address ? strrchr(address, ':') : NULL;

	return colon && colon[1] != '/' && colon[1] != ']' && !strchr(colon, ']') &&
			       strncmp(address, "ipc:", 4)
		       ? colon
		       : NULL;
}

const char *sum_address_port(const char *address)
{
	const char *at = port_at(address);

	return at ? at + 1 : NULL;
}

char *sum_address_host(const char *address)
{
	const char *at = port_at(address);
	const char *host = strncmp(address, "tcp://", 6) ? address : address + 6;

	return at && at > host ? strndup(host, (size_t)(at - host)) : strdup(host);
}

/* Is this host part a name or a wildcard, which may stand for any address? */
static bool may_be_any(const char *host, size_t length)
{
	return !length || strspn(host, "0123456789.") < length ? *host != '[' || !strncmp(host, "[::]", 4)
							       : length == 7 && !strncmp(host, "0.0.0.0", 7);
}

/* 2: the address itself; 1: the port fits, and the host may; 0: another. */
static int fits(const char *endpoint, const char *address)
{
	const char *port = sum_address_port(address), *own, *host;
	size_t length;

	if (!endpoint || !address || !*address)
		return 0;
	if (!strcmp(endpoint, address))
		return 2;
	if (!port || strncmp(endpoint, "tcp://", 6))
		return 0;
	host = strrchr(endpoint, ';'); /* a source address is before it */
	host = host ? host + 1 : endpoint + 6;
	own = sum_address_port(endpoint);
	if (!own || own <= host || (strcmp(own, port) && *own != '*' && strcmp(own, "0")))
		return 0;
	length = (size_t)(own - 1 - host);
	if (!strncmp(host, address + 6, length) && address + 6 + length == port - 1)
		return strcmp(own, port) ? 1 : 2;
	return may_be_any(host, length);
}

static int better(int a, int b)
{
	return a > b ? a : b;
}

struct search {
	const struct sum_program *program;
	const char *own, *peer;
	struct sum_endpoint *best;
	int fit;
	bool several;
};

static void look(void *at, void *context)
{
	struct sum_endpoint *endpoint = at;
	struct search *search = context;
	const char *address = endpoint->role == TR_ROLE_SERVER ? search->own : search->peer;
	int fit;

	if (endpoint->program != search->program || !endpoint->role)
		return;
	fit = better(fits(endpoint->name, address), fits(endpoint->migrate, address));
	if (!fit || fit < search->fit)
		return;
	search->several = fit == search->fit;
	search->fit = fit;
	search->best = endpoint;
}

struct sum_endpoint *sum_address_endpoint(const struct summary *s, const struct sum_program *program,
					  const char *own, const char *peer, bool *outgoing)
{
	struct search search = {.program = program, .own = own, .peer = peer};

	sum_each(s->endpoints, look, &search);
	*outgoing = search.fit && search.best->role == TR_ROLE_CLIENT;
	return search.several ? NULL : search.best;
}
