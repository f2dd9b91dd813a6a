/* SPDX-License-Identifier: MIT */
/*
 * What must hold between a rule's pattern and the endpoint its clients migrate to. An error is what would
 * fail inside a host each time, a warning what leads somewhere that nobody may have meant.
 */
#include "policy/draft.h"

#include <stdlib.h>
#include <string.h>

/* The parts of an endpoint, or of a pattern for endpoints; what it does not have is empty. */
struct parts {
	const char *host; /* or path */
	size_t host_len;
	const char *port;
	bool tcp;
};

static struct parts parts_of(const char *endpoint)
{
	const char *colon = strstr(endpoint, "://");
	const char *host = colon ? colon + 3 : endpoint, *end;
	bool tcp = strncmp(endpoint, "ipc:", 4) != 0;

	end = tcp ? strrchr(host, ':') : NULL;
	return (struct parts){.host = host,
			      .host_len = end ? (size_t)(end - host) : strlen(host),
			      .port = end ? end + 1 : "",
			      .tcp = tcp};
}

static bool host_is(const struct parts *parts, const char *host)
{
	return strlen(host) == parts->host_len && !memcmp(host, parts->host, parts->host_len);
}

/* 1 to 65535 in decimal: what clients can be told. */
static bool fixed_port(const char *port)
{
	size_t len = strlen(port);

	return len && len <= 5 && strspn(port, "0123456789") == len && atoi(port) >= 1 && atoi(port) <= 65535;
}

static bool is_endpoint(const char *text)
{
	struct parts parts = parts_of(text);

	if (!strncmp(text, "ipc://", 6))
		return parts.host_len && !host_is(&parts, "*");
	return !strncmp(text, "tcp://", 6) && parts.host_len && fixed_port(parts.port);
}

/* Can the pattern match endpoints that are apart by more than their host? */
static bool several(const char *pattern)
{
	struct parts parts = parts_of(pattern);

	return parts.tcp ? !*parts.port || strpbrk(parts.port, "*?[") : strpbrk(parts.host, "*?[") != NULL;
}

/* Is what a rule migrates to what it is about? Then a bind would find its address in use. */
static bool same(const char *pattern, const char *migrate, bool binds)
{
	struct parts from = parts_of(pattern), to = parts_of(migrate);

	if (from.tcp != to.tcp || strcmp(from.port, to.port))
		return false;
	return (to.tcp && (host_is(&to, "%H") || (binds && host_is(&to, "*")))) ||
	       (from.host_len == to.host_len && !memcmp(from.host, to.host, to.host_len));
}

static void warn_wider(const struct draft *draft, const char *text, const struct draft_rule *pattern,
		       struct place at)
{
	bool binds = pattern->keyword->id == POL_K_INJECT_BIND;
	struct parts from = parts_of(pattern->text), to = parts_of(text);

	if (several(pattern->text))
		draft_warn(draft, at,
			   "zmq.inject.migrate: everything that \"%s\" matches migrates to one port or path; "
			   "write a rule for each endpoint",
			   pattern->text);
	if (binds && to.tcp && host_is(&to, "*"))
		draft_warn(draft, at,
			   "zmq.inject.migrate: %s is bound on all interfaces, also where the program binds "
			   "one; "
			   "%%H is what the program binds",
			   text);
	if (!binds && from.tcp && to.tcp && !draft_uses(text, 'H') && memchr(from.host, '*', from.host_len))
		draft_warn(draft, at,
			   "zmq.inject.migrate: every host that \"%s\" matches is reached at %s; %%H is the "
			   "program's host",
			   pattern->text, text);
}

/* One host, written out: a pattern is another one in each endpoint. A [ in front opens an IPv6 address. */
static bool same_host(const struct parts *from, const struct parts *to)
{
	for (size_t i = 0; i < from->host_len; i++)
		if (strchr("*?", from->host[i]) || (i && from->host[i] == '['))
			return false;
	return from->host_len == to->host_len && !memcmp(from->host, to->host, to->host_len);
}

/* A client that may go back to the endpoint it left must know which one that was, by its port alone. */
static void check_way_back(struct draft *draft, const char *text, const struct draft_rule *pattern,
			   struct place at)
{
	struct parts from = parts_of(pattern->text), to = parts_of(text);

	if (!from.tcp || !to.tcp || !(host_is(&to, "%H") || same_host(&from, &to)))
		draft_error(
			draft, at,
			"zmq.inject.migrate: phase: report of a connect rule leads back to the same host; "
			"give another port of it, as in \"tcp://%%H:5556\"");
	else if (several(pattern->text))
		draft_error(draft, at,
			    "zmq.inject.migrate: phase: report of a connect rule leads back to one port, and "
			    "\"%s\" matches several; write a rule for each endpoint",
			    pattern->text);
}

void draft_check_migrate(struct draft *draft, const struct draft_rule *migrate,
			 const struct draft_rule *pattern, bool way_back)
{
	bool binds = pattern->keyword->id == POL_K_INJECT_BIND;
	struct place at = {migrate->line, migrate->column};
	const char *text = migrate->text;
	struct parts to = parts_of(text);
	char out[DRAFT_QUOTE];

	if (!is_endpoint(text))
		draft_error(draft, at,
			    "zmq.inject.migrate: expected tcp:// with a host and a port, as in "
			    "\"tcp://%%H:5556\", or ipc:// with a path, found %s",
			    draft_quote(text, strlen(text), out));
	else if (draft_uses(text, 'H') && !parts_of(pattern->text).tcp)
		draft_error(draft, at,
			    "zmq.inject.migrate: %%H is the host of a tcp:// endpoint, and ipc:// has none");
	else if (!binds && to.tcp && host_is(&to, "*"))
		draft_error(draft, at,
			    "zmq.inject.migrate: * is no host to connect to; %%H is the one the program "
			    "connects to");
	else if (same(pattern->text, text, binds))
		draft_error(draft, at,
			    "zmq.inject.migrate: %s is the endpoint that is to be left; give another port or "
			    "path",
			    text);
	else if (way_back)
		check_way_back(draft, text, pattern, at);
	else
		warn_wider(draft, text, pattern, at);
}
