/* SPDX-License-Identifier: MIT */
/*
 * ZMQ_ZAP_DOMAIN. Under NULL libzmq asks a ZAP handler about each socket with a domain, and it has no way to
 * take one off again. So where a policy is about ZeroMQ the domain is kept here, and given to libzmq before
 * the first endpoint about which libzmq is to ask itself.
 */
#include "shim/zmq/zmq.h"

#include <string.h>

bool tap_domain_keep(void *socket, const void *value, size_t length)
{
	struct tap_socket *s = tap_socket_flag(socket, TAP_SOCKET_DOMAIN);

	if (!s)
		return false;
	memcpy(s->domain, value, length);
	s->domain[length] = 0;
	s->domain_length = length;
	return true;
}

const char *tap_domain_kept(const void *socket, size_t *length)
{
	const struct tap_socket *s = tap_socket_known(socket);

	if (!s || !(s->flags & TAP_SOCKET_DOMAIN))
		return NULL;
	*length = s->domain_length;
	return s->domain;
}

bool tap_domain_lend(const struct tap_scope *scope, void *socket)
{
	__typeof__(&zmq_setsockopt) set = TAP_OTHER(scope, zmq_setsockopt);
	const char *domain;
	int saved = errno;
	size_t length;
	bool given;

	domain = tap_domain_kept(socket, &length);
	if (!domain || !set)
		return false;
	tap_quiet_begin();
	given = !set(socket, ZMQ_ZAP_DOMAIN, domain, length);
	tap_quiet_end();
	errno = saved;
	return given;
}

void tap_domain_give(const struct tap_scope *scope, void *socket)
{
	if (tap_domain_lend(scope, socket))
		tap_socket_unflag(socket, TAP_SOCKET_DOMAIN);
}
