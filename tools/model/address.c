/* SPDX-License-Identifier: MIT */
/*
 * Endpoints as programs write them, and addresses as the kernel tells them: which belongs to which.
 *
 * A program binds all interfaces or "tcp://eth0:5555" and connects to "tcp://db:5555"; a connection is known
 * by "tcp://10.0.0.1:5555". Where more than one endpoint could be meant none is taken: what is said of the
 * wrong one would be worse. Each endpoint is entered under the form in which an address can mean it, so that
 * a connection costs the same however many endpoints there are.
 */
#include "tools/model/live.h"

#include <stdlib.h>
#include <string.h>

/* "tcp://host:port" in its parts; false: it is something else. */
struct parts {
	struct model_text host, port;
};

static bool split(struct model_text address, struct parts *parts)
{
	static const char tcp[] = "tcp://";
	const char *colon, *source, *end;
	const char *host;

	if (!address.at || address.length < 6 || memcmp(address.at, tcp, 6) ||
	    memchr(address.at, 0, address.length))
		return false;
	end = address.at + address.length;
	colon = memrchr(address.at + 6, ':', address.length - 6);
	if (!colon || memchr(colon, ']', (size_t)(end - colon)))
		return false;
	source = memrchr(address.at, ';', (size_t)(colon - address.at)); /* a source address is before it */
	host = source ? address.at + (source + 1 - address.at) : address.at + 6;
	parts->host = (struct model_text){host, (size_t)(colon - host)};
	parts->port = (struct model_text){address.at + (colon + 1 - address.at), (size_t)(end - colon - 1)};
	return true;
}

struct model_text model_address_host(struct model_text address)
{
	struct parts parts;

	return split(address, &parts) ? parts.host : address;
}

/* Is this host part a name or a wildcard, which may stand for any address? */
static bool may_be_any(struct model_text host)
{
	for (size_t i = 0; i < host.length; i++)
		if (!strchr("0123456789.", host.at[i]))
			return host.at[0] != '[' || (host.length >= 4 && !memcmp(host.at, "[::]", 4));
	return !host.length || model_text_is(host, "0.0.0.0");
}

static bool is_wildcard(struct model_text host)
{
	return model_text_is(host, "*") || model_text_is(host, "0.0.0.0") || model_text_is(host, "[::]");
}

static bool is_loopback(struct model_text host)
{
	return model_text_is(host, "localhost") || model_text_is(host, "127.0.0.1") ||
	       model_text_is(host, "[::1]");
}

static bool any_port(struct model_text port)
{
	return model_text_is(port, "*") || model_text_is(port, "0");
}

/* Is this name of a host the other one, or that without its domain? */
static bool names_host(struct model_text name, struct model_text host)
{
	const char *dot = memchr(host.at, '.', host.length);
	struct model_text first = {host.at, dot ? (size_t)(dot - host.at) : host.length};

	return host.length && (model_text_same(name, host) || model_text_same(name, first));
}

/* "ipc://name" is another file in each directory. */
static bool is_relative(struct model_text address)
{
	static const char ipc[] = "ipc://";

	return address.length > 6 && !memcmp(address.at, ipc, 6) && !strchr("/@", address.at[6]);
}

bool model_address_meet(struct model_text bound, struct model_text host, struct model_text connected,
			bool together)
{
	struct parts one, other;

	if (!split(bound, &one) || !split(connected, &other))
		return together && model_text_same(bound, connected) && !is_relative(bound);
	if (any_port(one.port) || !model_text_same(one.port, other.port))
		return false;
	if (is_loopback(other.host))
		return together && (is_wildcard(one.host) || is_loopback(one.host));
	if (model_text_same(one.host, other.host))
		return !may_be_any(one.host) || together;
	return is_wildcard(one.host) && names_host(other.host, host);
}

/* host, port: nothing stands for any. */
static void key_of(struct model_key *key, const struct model_program *program, enum tr_role role,
		   struct model_text host, struct model_text port)
{
	model_key_begin(key);
	model_key_number(key, (uintptr_t)program);
	model_key_number(key, role);
	model_key_text(key, host);
	model_key_text(key, port);
}

static void enter(struct model *model, struct model_endpoint *endpoint, struct model_text host,
		  struct model_text port)
{
	struct model_address *address;
	struct model_key key;
	bool made;

	key_of(&key, endpoint->program, endpoint->role, host, port);
	address = model_node_get(&model->addresses, &key, sizeof(*address), &made);
	model_key_end(&key);
	model->failed |= !address;
	if (made)
		address->endpoint = endpoint;
	else if (address && address->endpoint != endpoint)
		address->several = true;
}

void model_address_add(struct model *model, struct model_endpoint *endpoint, struct model_text name)
{
	const struct model_text any = {0};
	struct parts parts;

	if (!endpoint->role || !name.at)
		return;
	if (!split(name, &parts)) {
		enter(model, endpoint, name, any);
		return;
	}
	enter(model, endpoint, may_be_any(parts.host) ? any : parts.host,
	      any_port(parts.port) ? any : parts.port);
	if (may_be_any(parts.host) && parts.host.length) /* a kernel's address that is written like it */
		enter(model, endpoint, parts.host, any_port(parts.port) ? any : parts.port);
}

/* Which are entered so; NULL and *several when more than one is. */
static struct model_endpoint *entered(const struct model *model, const struct model_program *program,
				      enum tr_role role, struct model_text host, struct model_text port,
				      bool *several)
{
	const struct model_address *address;
	struct model_key key;

	key_of(&key, program, role, host, port);
	address = model_node_find(&model->addresses, &key);
	model_key_end(&key);
	*several |= address && address->several;
	return address ? address->endpoint : NULL;
}

struct model_endpoint *model_address_endpoint(const struct model *model, const struct model_program *program,
					      struct model_text own, struct model_text peer)
{
	const struct model_text ends[] = {own, peer}, any = {0};
	static const enum tr_role roles[] = {TR_ROLE_SERVER, TR_ROLE_CLIENT};
	struct model_endpoint *found = NULL;
	bool several = false;

	/* First the very address, then what may stand for it. */
	for (int round = 0; round < 2 && !found; round++)
		for (int end = 0; end < 2; end++) {
			struct parts parts = {0};
			bool tcp = split(ends[end], &parts);
			struct model_endpoint *fit[3] = {0};

			if (!ends[end].length)
				continue;
			if (!round) {
				fit[0] = entered(model, program, roles[end], tcp ? parts.host : ends[end],
						 tcp ? parts.port : any, &several);
			} else if (tcp) {
				fit[0] = entered(model, program, roles[end], any, parts.port, &several);
				fit[1] = entered(model, program, roles[end], parts.host, any, &several);
				fit[2] = entered(model, program, roles[end], any, any, &several);
			}
			for (int i = 0; i < 3; i++) {
				several |= fit[i] && found && fit[i] != found;
				found = fit[i] ? fit[i] : found;
			}
		}
	return several ? NULL : found;
}
